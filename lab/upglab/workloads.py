def apply(): pass
def wait(n): pass

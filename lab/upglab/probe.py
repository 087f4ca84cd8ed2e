def start(): pass
def stop(): pass
def report(j): pass
def process(): pass

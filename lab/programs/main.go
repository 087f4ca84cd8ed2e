// The one program in all of the lab's images; its first argument says what it plays.
//
//	exit               ends at once: can this machine run a container at all?
//	pause              does nothing until it is told to stop, and reaps orphans
//	web                a small HTTP server on :8080
//	stand-in NAME PORT answers /ready on PORT, as NAME would
package main

import (
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"
)

func main() {
	if len(os.Args) < 2 {
		os.Args = append(os.Args, "pause")
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	switch os.Args[1] {
	case "exit":
	case "web":
		serve(":8080", "web "+os.Getenv("HOSTNAME"))
		<-stop
		// Whoever looked up the endpoints before this pod left them must still get an answer.
		time.Sleep(seconds("LINGER", 4))
	case "stand-in":
		serve(":"+os.Args[3], os.Args[2]+" "+os.Getenv("STAND_IN_VERSION")+" (lab stand-in)")
		<-stop
	default:
		reap()
		<-stop
	}
}

func serve(address, text string) {
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, text) })
	go func() {
		// On the host's network the pod before this one may still hold the port for a moment.
		for {
			fmt.Println(http.ListenAndServe(address, nil))
			time.Sleep(time.Second)
		}
	}()
}

func seconds(name string, otherwise int) time.Duration {
	if value, err := strconv.Atoi(os.Getenv(name)); err == nil {
		otherwise = value
	}
	return time.Duration(otherwise) * time.Second
}

func reap() {
	children := make(chan os.Signal, 1)
	signal.Notify(children, syscall.SIGCHLD)
	go func() {
		for range children {
			for {
				if pid, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil); pid <= 0 || err != nil {
					break
				}
			}
		}
	}()
}

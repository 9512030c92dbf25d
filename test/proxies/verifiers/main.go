// Reads a header a line, as JSON, and says who is signed in, around what the page teaches.
package main

import (
	"bufio"
	"encoding/json"
	"log"
	"net/http"
	"os"

	"application/identity"
)

func main() {
	keys, err := identity.FetchKeys()
	if err != nil {
		log.Fatal(err)
	}
	answers := json.NewEncoder(os.Stdout)
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		var text string
		if err := json.Unmarshal(lines.Bytes(), &text); err != nil {
			log.Fatal(err)
		}
		request := &http.Request{Header: http.Header{"X-Postern-Identity": {text}}}
		answer := map[string]any{}
		if claims, err := identity.WhoIsSignedIn(request, keys); err != nil {
			answer["refused"] = err.Error()
		} else {
			answer["userId"], answer["sessionId"], answer["roles"] = claims.Subject, claims.SessionID, claims.Roles
		}
		if err := answers.Encode(answer); err != nil {
			log.Fatal(err)
		}
	}
}

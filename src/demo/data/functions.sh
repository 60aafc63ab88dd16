
# call TOKEN [CURL OPTION...] URL: curl, with the token in a header that no list of processes shows
call() {
  demo_token=$1
  shift
  printf 'Authorization: Bearer %s\n' "$demo_token" |
    curl -sS --fail-with-body -H @- -H 'Content-Type: application/json' "$@"
}
# get EXPRESSION: a part of the JSON on standard input: get "['items'][0]['id']"
get() { python3 -c "import json, sys; print(json.load(sys.stdin)$1)"; }
# cases: a list of cases on standard input, a line each
cases() {
  python3 -c "import json, sys
for c in json.load(sys.stdin)['items']:
    print(c['priority'], c['state'], c['id'], c['claim'][:40].replace(chr(10), ' '))"
}

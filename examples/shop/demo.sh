#!/bin/sh
# The whole story on a fresh broker: stubs, contracts, verification, deployment, a change asked about, a broken build.
set -eu
cd "$(dirname "$0")"

rm -rf .demo web_shop/contracts courier/contracts # the tests write the same contracts again, to the byte
mkdir .demo
export CONTRACTKIT_BROKER="http://127.0.0.1:$(python -c '
import socket
with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    print(free.getsockname()[1])')"
export ORDERS_DATABASE="$PWD/.demo/orders.sqlite" INVENTORY_DATABASE="$PWD/.demo/inventory.sqlite"
export PYTHONWARNINGS=ignore

say() { printf '\n\033[1m# %s\033[0m\n' "$*"; }
run() { printf '\033[2m$ %s\033[0m\n' "$*"; "$@"; }
# A step of the story that is meant to be refused: the demo fails if it is not.
refused() { if run "$@"; then echo "this should have been refused" >&2; exit 1; fi; }

contractkit broker --database .demo/broker.sqlite --port "${CONTRACTKIT_BROKER##*:}" >.demo/broker.log 2>&1 &
broker=$!
trap 'kill $broker 2>/dev/null; wait $broker 2>/dev/null || true' EXIT INT TERM PIPE
python - <<'WAIT'
import os, time, urllib.error, urllib.request
for attempt in range(100):
    try:
        urllib.request.urlopen(os.environ["CONTRACTKIT_BROKER"] + "/diagnostic/status/heartbeat").close()
        break
    except urllib.error.URLError:
        time.sleep(0.1)
WAIT

say "Two consumers test against stubs made from the definitions of orders (HTTP) and inventory (gRPC)"
run pytest -q --rootdir web_shop -c web_shop/pyproject.toml web_shop
run pytest -q --rootdir courier -c courier/pyproject.toml courier

say "What the tests did is their contract: published"
run contractkit -C web_shop publish --version 1.4.0 --branch main
run contractkit -C courier publish --version 2.9.3 --branch main

say "The providers replay every contract against the real services, and are deployed"
run contractkit -C orders verify orders --provider-version 2.0.0 --branch main --publish
run contractkit record-deployment orders --version 2.0.0 --environment production
run contractkit -C inventory verify inventory --provider-version 1.0.0 --branch main --publish
run contractkit record-deployment inventory --version 1.0.0 --environment production

say "May the consumers be deployed?"
run contractkit can-i-deploy web-shop --version 1.4.0 --to-environment production
run contractkit record-deployment web-shop --version 1.4.0 --environment production
run contractkit can-i-deploy courier-app --version 2.9.3 --to-environment production
run contractkit record-deployment courier-app --version 2.9.3 --environment production

say "Before a line is written: who breaks if totals become money objects?"
refused contractkit impact orders/openapi.yaml orders/openapi-next.yaml --provider orders --environment production

say "And who, if inventory counts in fractions?"
refused contractkit impact inventory/proto inventory/proto-next --provider inventory --environment production

say "The build of orders that does it all the same"
refused contractkit -C orders verify orders --app orders_service.next_build:app \
  --provider-version 3.0.0 --branch money --publish
refused contractkit can-i-deploy orders --version 3.0.0 --to-environment production

say "Where the pages are: what you have just seen, in a browser"
echo "make demo-pages"

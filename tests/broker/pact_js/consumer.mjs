// A consumer's test with Pact for JavaScript: one call, whose total is the second argument, written below the first.
import { MatchersV3, PactV4 } from "@pact-foundation/pact";

const [, , dir, description, path] = process.argv;
const pact = new PactV4({ consumer: "web-shop", provider: "orders", dir, logLevel: "error" });

await pact
  .addInteraction()
  .given("order exists", { id: 7 })
  .uponReceiving(description)
  .withRequest("GET", path, (request) => request.headers({ Accept: "application/json" }))
  .willRespondWith(200, (response) => response.jsonBody({ total: MatchersV3.decimal(12.5) }))
  .executeTest(async (server) => {
    const reply = await fetch(`${server.url}${path}`, { headers: { Accept: "application/json" } });
    const { total } = await reply.json();
    if (total !== 12.5) throw new Error(`the total is ${total}`);
  });

// A provider's verification with Pact for JavaScript; the options come as JSON, the states it was asked for go out.
import { Verifier } from "@pact-foundation/pact";

const asked = [];
const stateHandlers = { "order exists": async (parameters) => void asked.push(parameters) };

try {
  await new Verifier({ ...JSON.parse(process.argv[2]), stateHandlers, logLevel: "error" }).verifyProvider();
} catch (error) {
  console.log(error.message);
  process.exitCode = 1;
} finally {
  console.log(`states: ${JSON.stringify(asked)}`);
}

// Says in each built file which source it was made from, so that a test can tell when one is older than the other.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";

for (const name of ["graph"]) {
  const built = `../src/ringtrace/web/static/${name}.js`;
  const hash = createHash("sha256").update(readFileSync(`${name}.ts`)).digest("hex");
  writeFileSync(built, `// Built from islands/${name}.ts by islands/package.json; source sha256 ${hash}\n${readFileSync(built, "utf8")}`);
}

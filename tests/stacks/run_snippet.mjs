// Runs a snippet in the folder of each bundle: node run_snippet.mjs TASK.json, beside a copy of the snippet.
import fs from "node:fs";
import process from "node:process";
import { pathToFileURL } from "node:url";

const task = JSON.parse(fs.readFileSync(process.argv[2]));
const results = {};
for (const [model, { folder, cases }] of Object.entries(task.bundles)) {
  process.chdir(folder);
  fs.mkdirSync(`${task.target}/${model}`);
  results[model] = {};
  let run;
  try {
    // Another address, so that it is run again.
    ({ run } = await import(`${pathToFileURL(task.snippet)}?${model}`));
  } catch (error) {
    results[model].load = { error: String(error) };
    continue;
  }
  for (const [label, ports] of Object.entries(cases)) {
    const inputs = {};
    for (const [name, { file, shape }] of Object.entries(ports)) {
      inputs[name] = { data: new Float32Array(new Uint8Array(fs.readFileSync(file)).buffer), shape };
    }
    try {
      const { data, dims, type } = await run(inputs);
      const file = `${task.target}/${model}/${label}.f32`;
      fs.writeFileSync(file, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
      results[model][label] = { shape: dims, dtype: type, file, case: label };
    } catch (error) {
      results[model][label] = { error: String(error) };
    }
  }
}
fs.writeFileSync(`${task.target}/results.json`, JSON.stringify({ results }));

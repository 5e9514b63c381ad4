import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

// What the release workflow needs of this repository:
//   node deploy/release.ts check TAG         fails unless every version in the repository is that of the tag
//   node deploy/release.ts chart CHART IMAGE makes IMAGE the default image of the chart in the folder CHART

const root = fileURLToPath(new URL("..", import.meta.url));

/** The version of a release's tag. @throws unless the tag is `v` and a semantic version */
function versionOfTag(tag: string): string {
  const version = /^v(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?)$/.exec(tag)?.[1];
  if (version === undefined) throw new Error(`The tag ${tag} is not a version such as v1.2.3 or v1.2.3-rc.1.`);
  return version;
}

/** Files whose version differs from the given one, each with the version that it has. */
function otherVersions(version: string): string[] {
  const manifests = ["package.json", ...["packages", "apps"].flatMap(manifestsIn)].map((path) => ({
    path,
    found: (JSON.parse(read(path)) as { version: string }).version,
  }));
  const chart = read("deploy/helm/Chart.yaml");
  const python = "packages/python-runtime/python/pyproject.toml";
  const found = [
    ...manifests,
    { path: "deploy/helm/Chart.yaml version", found: /^version: (.+)$/m.exec(chart)?.[1] },
    { path: "deploy/helm/Chart.yaml appVersion", found: /^appVersion: "(.+)"$/m.exec(chart)?.[1] },
    { path: python, found: /^version = "(.+)"$/m.exec(read(python))?.[1] },
  ];
  return found.filter((each) => each.found !== version).map((each) => `${each.path}: ${each.found ?? "none"}`);
}

/** Makes an image, without its tag, the default of the chart in a folder. @throws if the chart has no default */
function setChartImage(chart: string, image: string): void {
  const path = join(chart, "values.yaml");
  const values = readFileSync(path, "utf8");
  const changed = values.replace(/^(image:\n  repository: ).*$/m, `$1${image}`);
  if (!changed.includes(`\n  repository: ${image}\n`)) throw new Error(`${path} has no image.repository to replace.`);
  writeFileSync(path, changed);
}

function manifestsIn(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => `${folder}/${entry.name}/package.json`);
}

function read(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

const [command, first, second] = process.argv.slice(2);
if (command === "check" && first !== undefined) {
  const version = versionOfTag(first);
  const others = otherVersions(version);
  if (others.length > 0) throw new Error(`The tag is for version ${version}, but:\n  ${others.join("\n  ")}`);
} else if (command === "chart" && first !== undefined && second !== undefined) {
  setChartImage(first, second);
} else {
  throw new Error("Usage: release.ts check TAG | release.ts chart CHART IMAGE");
}

// Gathers the compiled command line (dist/cli) into few files: Node takes about 1 ms for each module that it loads, and the
// command line with all that it reaches has 300. The library stays as it was compiled, a file for each module.
import { chmod, rename, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const dist = fileURLToPath(new URL('../dist/', import.meta.url))
const gathered = `${dist}program`

/** Small modules of the command line that many commands share. */
const cliOutput = ['table', 'json-fields', 'progress-of'].map((name) => `cli/output/${name}.js`)
/** What goes with opening a repository: it is needed in most commands, and small. */
const reading = ['snapshots/snapshots', 'snapshots/named-snapshot', 'read/read-file', 'entries/entries'].map(
  (name) => `operations/${name}.js`,
)

/** @param {Readonly<Record<string, string>>} entries file names by what they are called in the program */
const inputOf = (entries) =>
  Object.fromEntries(Object.entries(entries).map(([name, file]) => [name, `${dist}${file}`]))

/** Which modules each module loads at once, not those that it loads when they are needed. */
class Imports {
  /** @type {Map<string, readonly string[]>} */
  #importsOf = new Map()

  /** @returns {import('rolldown').Plugin} */
  get plugin() {
    const importsOf = this.#importsOf
    return {
      name: 'note-imports',
      buildEnd() {
        for (const id of this.getModuleIds()) importsOf.set(id, this.getModuleInfo(id)?.importedIds ?? [])
      },
    }
  }

  /** A test for modules: does one of these files load it? Answers once all modules are known. */
  reachedFrom(/** @type {string[]} */ ...files) {
    /** @type {Set<string> | undefined} */
    let reached
    return (/** @type {string} */ id) => {
      reached ??= this.#closureOf(files)
      return reached.has(id)
    }
  }

  /** @param {readonly string[]} files */
  #closureOf(files) {
    const reached = new Set(files.map((file) => `${dist}${file}`))
    for (const id of reached) for (const imported of this.#importsOf.get(id) ?? []) reached.add(imported)
    return reached
  }
}

/** Everything goes where it is used; the groups are what would otherwise be many small files used by many. */
const gather = async (
  /** @type {Readonly<Record<string, string>>} */ entries,
  /** @type {(imports: Imports) => { name: string, test: (id: string) => boolean }[]} */ groupsOf,
) => {
  const imports = new Imports()
  const bundle = await rolldown({
    input: inputOf(entries),
    platform: 'node',
    // Addons come in packages of their own, with their binaries beside them.
    external: ['koffi', 'zstd-napi/binding'],
    plugins: [imports.plugin],
    onLog: (level, log) => {
      throw new Error(`${level}: ${log.message}`)
    },
  })
  await bundle.write({
    dir: gathered,
    // In this format a module is read and compiled where it is asked for; Node's loader of ES modules goes by way of its thread pool,
    // and costs each command 10 to 20 ms, and each thread as much (docs/PERFORMANCE.md, Start).
    format: 'cjs',
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    comments: false,
    codeSplitting: { groups: groupsOf(imports) },
  })
}

await rm(gathered, { recursive: true, force: true })
await gather({ main: 'cli/main.js', demo: 'cli/demo.js' }, (imports) => {
  const isAlone = imports.reachedFrom('cli/version.js')
  const isShell = imports.reachedFrom('cli/run.js', 'cli/open-repository.js', ...cliOutput)
  const isEngine = imports.reachedFrom('index.js', 'library/open-options.js', ...reading)
  return [
    { name: 'version', test: isAlone },
    { name: 'base', test: (id) => isShell(id) && isEngine(id) },
    { name: 'shell', test: isShell },
    { name: 'engine', test: isEngine },
    { name: 'writing', test: imports.reachedFrom('operations/backup/backup.js') },
  ]
})
// Threads share nothing with the program, not even files: each loads what it needs and no more.
await gather(
  {
    'store-thread': 'workers/store-thread.js',
    'restore-thread': 'workers/restore-thread.js',
    'check-thread': 'workers/check-thread.js',
    'walk-thread': 'workers/walk-thread.js',
  },
  () => [],
)
await rm(`${dist}cli`, { recursive: true })
await rename(gathered, `${dist}cli`)
await writeFile(`${dist}cli/package.json`, '{"type":"commonjs"}\n')
// npm does the same for whoever installs the package.
await chmod(`${dist}cli/main.js`, 0o755)

import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { rolldown } from 'rolldown'

const torture = new URL('../../', import.meta.url)

/**
 * A module with all that it imports from `src`, compiled on the way. Its classes are others than those of `dist`. It is loaded
 * from as deep a folder as the program, which looks for package.json.
 * @param {string} file below `torture/`
 */
export const loadFromSource = async (file) => {
  const folder = mkdtempSync(fileURLToPath(new URL('../dist/source-', torture)))
  try {
    const bundle = await rolldown({
      input: fileURLToPath(new URL(file, torture)),
      platform: 'node',
      transform: { target: 'node20' },
      resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
      logLevel: 'silent',
    })
    await bundle.write({ file: join(folder, 'module.mjs'), format: 'esm', codeSplitting: false })
    await bundle.close()
    return await import(pathToFileURL(join(folder, 'module.mjs')).href)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

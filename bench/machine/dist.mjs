import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Where the built program lies; VARVE_DIST is the URL of another build. */
const dist = process.env.VARVE_DIST ?? new URL('../../dist/', import.meta.url).href

/**
 * @param {string} file such as chunking/gear.js
 * @returns {Promise<any>} the module
 */
export const load = (file) => import(new URL(file, dist).href)

/** The path of the command line's entry. Throws where nothing is built. */
export const commandPath = () => {
  const path = fileURLToPath(new URL('cli/main.js', dist))
  if (!existsSync(path)) throw new Error('nothing is built: npm run build')
  return path
}

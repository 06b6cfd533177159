import type { Backend } from '../backend/backend.js'
import { VarveError } from '../errors.js'

/** How many bytes an object has; undefined where there is none of that name. Errors: those of the backend. */
export const storedSizeOf = async (backend: Backend, name: string): Promise<number | undefined> => {
  try {
    return await backend.size(name)
  } catch (error) {
    if (error instanceof VarveError && error.code === 'missing') return undefined
    throw error
  }
}

// Removes what earlier builds left: a file whose source is gone would be packed with the rest.
import { rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

await rm(fileURLToPath(new URL('../dist/', import.meta.url)), { recursive: true, force: true })

// Gives the process a standard input that never brings anything and that nothing keeps open: whoever awaits it waits for ever.
import { Readable } from 'node:stream'

Object.defineProperty(process, 'stdin', { value: new Readable({ read() {} }) })

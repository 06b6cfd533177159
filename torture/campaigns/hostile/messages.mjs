/** A message may name a path, and paths may be that long. */
const messageMax = 70_000

/** What is wrong with a text that a user may see: a stack trace, a secret, or no end. */
export const faultsOfMessage = (text, secrets) => {
  const faults = []
  if (/\n\s+at .+[:(]\d+|node:internal|\bat (async )?[A-Z#]\w+\.\w+ \(/.test(text))
    faults.push('a stack trace')
  if (text.length > messageMax) faults.push(`a message of ${text.length} characters`)
  for (const secret of secrets)
    if (formsOf(secret).some((form) => text.includes(form))) faults.push('a secret')
  return faults
}

const formsOf = (secret) => {
  if (typeof secret === 'string') return [secret, Buffer.from(secret).toString('base64')]
  const bytes = Buffer.from(secret)
  return [bytes.toString('hex'), bytes.toString('base64'), bytes.toString('latin1'), [...bytes].join(',')]
}

const unsafe = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u

/** What must not reach a terminal in output that is not a file's content: everything but line ends. */
export const unsafeIn = (output) => unsafe.test(output.replaceAll('\n', ''))

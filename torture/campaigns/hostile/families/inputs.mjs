import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const secret = 'the password of hostile cases'

const fails = async (scene, args, options, mustSay) => {
  const { code, stderr, stdout } = await scene.varve(args, options)
  scene.expect(code !== 0 && code !== null, `varve ${args.join(' ')} ended with ${code}: ${stdout}`)
  scene.expect(
    stderr.startsWith('varve: ') && !stderr.includes('mistake in varve'),
    `varve ${args.join(' ')} said: ${stderr}`,
  )
  if (mustSay !== undefined) scene.expect(stderr.includes(mustSay), `it does not say ${mustSay}: ${stderr}`)
}

const largeFile = (scene, sizeBytes) => {
  const path = join(scene.folder, 'large')
  execFileSync('truncate', ['-s', String(sizeBytes), path])
  return path
}

export const passwordFileOfAGigabyte = (scene) =>
  fails(
    scene,
    ['snapshots'],
    { secretArguments: ['--password-file', largeFile(scene, 2 ** 30)] },
    'larger than',
  )

export const keyFileOfAGigabyte = (scene) =>
  fails(scene, ['snapshots'], { secretArguments: ['--key-file', largeFile(scene, 2 ** 30)] })

export const passwordFileWithoutAnEnd = (scene) =>
  fails(scene, ['snapshots'], { secretArguments: ['--password-file', '/dev/zero'] })

export const passwordFileThatIsADirectory = (scene) =>
  fails(scene, ['snapshots'], { secretArguments: ['--password-file', scene.folder] })

export const passwordCommandWithoutAnEnd = (scene) =>
  fails(scene, ['snapshots'], { secretArguments: ['--password-command', 'cat /dev/zero'] })

export const passwordOnStandardInputWithoutAnEnd = (scene) =>
  fails(scene, ['snapshots'], {
    secretArguments: ['--password-file', '/dev/stdin'],
    input: Buffer.alloc(2 ** 24, 97),
  })

/** A config file with this text. */
const withConfig = async (scene, text, mustSay) => {
  mkdirSync(join(scene.folder, 'config', 'varve'), { recursive: true })
  const path = join(scene.folder, 'hostile.toml')
  writeFileSync(path, text)
  await fails(scene, ['--config', path, 'snapshots'], {}, mustSay)
}

export const configWithAnUnknownKey = (scene) =>
  withConfig(scene, 'repository = "x"\nunknwon = 1\n', 'hostile.toml')
export const configWithAnUnknownTable = (scene) => withConfig(scene, '[bakcup]\ntag = ["x"]\n', 'bakcup')
export const configWithPrototypeKeys = (scene) =>
  withConfig(scene, '__proto__ = 1\n[constructor]\nx = 1\n', 'hostile.toml')
export const configNestedTenThousandDeep = (scene) =>
  withConfig(scene, `a = ${'['.repeat(10_000)}${']'.repeat(10_000)}\n`)
export const configOfDottedKeysTenThousandDeep = (scene) =>
  withConfig(scene, `${Array(10_000).fill('a').join('.')} = 1\n`)
export const configOfAGigabyte = async (scene) => {
  await fails(scene, ['--config', largeFile(scene, 2 ** 30), 'snapshots'], {}, 'larger than')
}
export const configThatIsNotUtf8 = (scene) => withConfig(scene, Buffer.from([0x61, 0x3d, 0xff, 0xfe, 0x00]))
export const configWithControlCharacters = (scene) => withConfig(scene, '"\\u001b[31m" = 1\n', 'hostile.toml')

/** Whatever goes wrong, and with every word of debugging: the secret is nowhere. */
export const secretsInDebugging = async (scene) => {
  const file = join(scene.folder, 'password')
  writeFileSync(file, `${secret}\n`)
  const environment = { VARVE_DEBUG: '1', VARVE_PASSWORD: secret }
  const runs = [
    [['snapshots'], { secretArguments: ['--password-file', file], environment: {} }],
    [['snapshots', '--json'], { secretArguments: ['--password-file', file], environment: {} }],
    [['snapshots'], { secretArguments: ['--password-command', `echo ${'wrong'}`], environment: {} }],
    [['nonsense'], { environment }],
    [['cat', 'latest:nothing'], { environment }],
  ]
  for (const [args, options] of runs) {
    const { stderr, stdout } = await scene.varve(args, options)
    scene.expect(!`${stderr}${stdout}`.includes(secret), `varve ${args.join(' ')} shows the password`)
  }
}

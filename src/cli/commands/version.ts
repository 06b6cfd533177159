import type { Verb } from '../invocation.js'
import { versionText } from '../version.js'

export const version: Verb<object> = async ({ output, global }) => {
  const { node } = process.versions
  const { platform, arch } = process
  if (global.json) {
    await output.json({ message_type: 'version', version: versionText(), node_version: node, platform, arch })
  } else {
    await output.line(`varve ${versionText()} on Node ${node}, ${platform} ${arch}`)
  }
  return undefined
}

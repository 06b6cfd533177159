import type { KeySlot, SlotKind } from '../../crypto/key-slot.js'
import type { SlotId } from '../../format/ids.js'
import { timestampFromNanoseconds, timestampToDate } from '../../format/timestamp.js'
import { slotIdOf } from '../../repository/slot-store.js'

/** One way into the repository. */
export interface KeySummary {
  readonly id: SlotId
  readonly kind: SlotKind
  readonly label: string
  readonly created: Date
  /** Whether the repository was opened with it. */
  readonly current: boolean
}

export const keySummaryOf = (slot: KeySlot, current: boolean): KeySummary => ({
  id: slotIdOf(slot),
  kind: slot.kind,
  label: slot.label,
  created: timestampToDate(timestampFromNanoseconds(slot.createdNs)),
  current,
})

type Work = {
  /** The plural noun of what is counted, such as accounts. */
  readonly of: string
  /** In the unit that `note` gets as bytes. If it is undefined, no remaining time is shown. */
  readonly size: number | undefined
}

type State = Work & { readonly count: number; readonly bytes: number; readonly ms: number }

type Screen = Pick<NodeJS.WriteStream, 'isTTY' | 'write'>

const everyMs = { bar: 200, line: 10_000 }
const barWidth = 24

/** Shows progress: on a terminal in one line that is redrawn, elsewhere in a new line every ten seconds. */
export function startProgress(screen: Screen, work: Work) {
  const startedAt = performance.now()
  let [count, bytes, shownAt] = [0, 0, screen.isTTY ? Number.NEGATIVE_INFINITY : startedAt]

  const show = (): void => {
    shownAt = performance.now()
    const text = describeProgress({ ...work, count, bytes, ms: shownAt - startedAt }, screen.isTTY)
    screen.write(screen.isTTY ? `\r\u001B[K${text}` : `${text}\n`)
  }
  return {
    note: (more: { readonly count?: number; readonly bytes?: number }): void => {
      count += more.count ?? 0
      bytes += more.bytes ?? 0
      if (performance.now() - shownAt >= (screen.isTTY ? everyMs.bar : everyMs.line)) show()
    },
    /** Clears the line before other text is written to the terminal. */
    clear: (): void => {
      if (screen.isTTY) screen.write('\r\u001B[K')
    },
    end: (): void => {
      if (!screen.isTTY) return
      show()
      screen.write('\n')
    },
  }
}

function describeProgress({ of, count, bytes, size, ms }: State, hasBar: boolean): string {
  const rate = ms > 0 ? Math.round((count / ms) * 1000) : 0
  const done = `${count.toLocaleString('en')} ${of}, ${rate.toLocaleString('en')} a second`
  if (size === undefined || size === 0) return done
  const share = Math.min(1, bytes / size)
  const filled = Math.round(share * barWidth)
  const bar = hasBar ? `[${'='.repeat(filled)}${' '.repeat(barWidth - filled)}] ` : ''
  return `${bar}${Math.floor(share * 100)} %, ${done}, ${minutes((ms / share) * (1 - share))} left`
}

function minutes(ms: number): string {
  if (!Number.isFinite(ms)) return '-:--'
  const seconds = Math.round(ms / 1000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

import type { DataOf } from 'postern/client'
import { useAction } from 'postern/react'
import { useEffect, useState } from 'react'
import { auth } from '../auth'
import { explain } from '../sentences'

type Row = DataOf<'listSessions'>['sessions'][number]

const time = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })

export function Sessions() {
  const [rows, setRows] = useState<readonly Row[]>([])
  const { run, sentence } = useAction(auth.listSessions, {
    sentence: explain,
    onSuccess: ({ sessions }) => setRows(sessions),
  })
  useEffect(() => void run(), [run])
  const end = useAction(auth.endSession, { sentence: explain, onSuccess: () => run() })
  return (
    <section aria-labelledby="sessions">
      <h2 id="sessions">Where you are signed in</h2>
      {(sentence ?? end.sentence) && <p role="alert">{sentence ?? end.sentence}</p>}
      <ul>
        {rows.map(({ management_id, user_agent, last_seen_at, is_current }) => (
          <li key={management_id}>
            <span>
              {user_agent ?? 'An unknown browser'}
              <small>{is_current ? 'This browser' : `Last seen ${time.format(new Date(last_seen_at))}`}</small>
            </span>
            {!is_current && (
              <button
                type="button"
                disabled={end.pending}
                onClick={() => end.run({ params: { path: { management_id } } })}
              >
                End
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}

// app/form.tsx
'use client'

import type { ReactNode } from 'react'

type FormProps = {
  /** What `useAction` gives. */
  readonly action: { readonly pending: boolean; readonly retryIn: number; readonly sentence: string | undefined }
  readonly label: string
  readonly onSubmit: (values: (name: string) => string) => unknown
  readonly children?: ReactNode
}

export function Form({ action: { pending, retryIn, sentence }, label, onSubmit, children }: FormProps) {
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        const form = new FormData(event.currentTarget)
        onSubmit((name) => String(form.get(name) ?? ''))
      }}
    >
      {children}
      {sentence && <p role="alert">{sentence}</p>}
      <button type="submit" disabled={pending || retryIn > 0}>
        {retryIn > 0 ? `${label} (in ${retryIn} s)` : label}
      </button>
    </form>
  )
}

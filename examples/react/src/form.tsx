// src/form.tsx
import type { FieldProblem } from 'postern/client'
import { type InputHTMLAttributes, type ReactNode, useId } from 'react'
import { explainField } from './sentences'

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
      noValidate
      aria-busy={pending}
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

type FieldProps = InputHTMLAttributes<HTMLInputElement> & {
  readonly label: string
  readonly problem?: FieldProblem | undefined
}

export function Field({ label, problem, ...input }: FieldProps) {
  const id = useId()
  return (
    <p className="field">
      <label htmlFor={id}>{label}</label>
      <input id={id} aria-invalid={!!problem} aria-describedby={problem && `${id}-problem`} {...input} />
      {problem && <span id={`${id}-problem`}>{explainField(problem)}</span>}
    </p>
  )
}

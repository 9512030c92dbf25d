import type { ErrorTable } from '../errors/table.ts'

export const fileErrors = {
  'file:upload_error': {
    status: 400,
    title: 'File upload failed',
    description: 'no file part, an empty or broken upload, or bytes that are no decodable JPEG, PNG, GIF or WebP',
    meaning: 'No usable picture arrived; the former one stays.',
    advice:
      'Send one multipart part named `file` with a complete JPEG, PNG, GIF or WebP, and ask for another ' +
      'picture if it happens again.',
  },
  'file:not_found': {
    status: 400,
    title: 'File not found',
    description: 'no such file; also DELETE of an image that is not set',
    meaning: 'There is no such file, or no picture to delete.',
    advice:
      'On a delete treat it as done; on a read show the placeholder and load the account or profile anew for ' +
      'its present URL.',
  },
  'file:read_error': {
    status: 400,
    title: 'File read failed',
    description: 'the stored bytes are missing, unreadable or do not match their digest',
    meaning: 'The file is known, but its stored bytes cannot be read now or are damaged.',
    advice: 'Show the placeholder; a later try may work. If it stays, the owner uploads the picture again.',
  },
  'file:unsupported_type': {
    status: 415,
    title: 'Unsupported file type',
    description: 'recognised as a file of a type that is not accepted (SVG, PDF, HEIC, ...)',
    meaning: 'The bytes are a file of another kind, whatever name or type they were sent with.',
    advice: 'Ask for a JPEG, PNG, GIF or WebP.',
  },
} as const satisfies ErrorTable<'file'>

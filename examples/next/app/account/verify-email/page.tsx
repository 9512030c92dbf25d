// app/account/verify-email/page.tsx
import { MailedLink } from '../mailed-link'

export default function VerifyEmail() {
  return <MailedLink verify="verifyEmail" />
}

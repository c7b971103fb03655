// Shares the picture of the pass by whatever the phone offers; where it cannot, the link shows the picture.
const link = document.querySelector('#share')

async function picture () {
  const answer = await fetch(link.href)
  if (!answer.ok) throw new Error(String(answer.status))
  return new File([await answer.blob()], link.dataset.file, { type: 'image/png' })
}

const canShare = navigator.canShare?.({ files: [new File([], link.dataset.file, { type: 'image/png' })] })
if (canShare) {
  link.addEventListener('click', async event => {
    event.preventDefault()
    try {
      await navigator.share({ files: [await picture()] })
    } catch (problem) {
      // Who closes the phone's own sheet has decided; for all else there is the picture itself.
      if (problem.name !== 'AbortError') location.assign(link.href)
    }
  })
}

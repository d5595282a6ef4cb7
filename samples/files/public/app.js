// The page has two addresses: / lists the files, /watch/:id shows one. The server sends the same page for both.
const main = document.getElementById('main')
const progress = document.getElementById('progress')

addEventListener('popstate', () => void show())
document.addEventListener('click', (event) => {
  const link = event.target.closest('a[data-link]')
  if (link === null) return
  event.preventDefault()
  history.pushState(null, '', link.href)
  void show()
})
document.getElementById('upload').addEventListener('submit', (event) => {
  event.preventDefault()
  upload(event.target)
})
void show()

async function show() {
  const answer = await fetch('/api/files')
  const files = await answer.json()
  const id = /^\/watch\/([^/]+)$/.exec(location.pathname)?.[1]
  const file = files.find((one) => one.id === id)
  if (id === undefined) main.replaceChildren(listOf(files))
  else main.replaceChildren(...(file === undefined ? [text('p', 'There is no such file.')] : viewOf(file)))
}

function listOf(files) {
  if (files.length === 0) return text('p', 'Nothing here yet.')
  const list = document.createElement('ul')
  for (const { id, name, size, kind } of files) {
    const link = text('a', name)
    link.href = kind === 'none' ? `/api/files/${id}/content` : `/watch/${id}`
    if (kind !== 'none') link.dataset.link = ''
    const item = document.createElement('li')
    item.append(link, text('span', size < 1024 ? `${size} bytes` : `${(size / 1024).toFixed(0)} KiB`))
    list.append(item)
  }
  return list
}

function viewOf({ id, name, kind }) {
  const view = document.createElement(kind === 'image' ? 'img' : kind)
  view.src = `/api/files/${id}/content`
  if (kind === 'image') view.alt = name
  else Object.assign(view, { controls: true, preload: 'metadata' })
  return [text('h1', name), view]
}

/** XMLHttpRequest, as fetch does not tell how far an upload is. */
function upload(form) {
  const request = new XMLHttpRequest()
  progress.hidden = false
  request.upload.addEventListener('progress', ({ loaded, total }) => (progress.value = loaded / total))
  request.addEventListener('loadend', () => {
    progress.hidden = true
    if (request.status !== 201)
      return alert(JSON.parse(request.responseText || '{}').detail ?? 'It did not arrive.')
    form.reset()
    history.pushState(null, '', '/')
    void show()
  })
  request.open('POST', '/api/files')
  request.send(new FormData(form))
}

function text(name, content) {
  const element = document.createElement(name)
  element.textContent = content
  return element
}

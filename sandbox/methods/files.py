"""files.*: an upload in three steps, and the look whether Slack has read the file."""

from sandbox.errors import SlackError
from sandbox.files import File
from sandbox.methods.registry import Args, Method, Workspace
from sandbox.models import Json

_LARGEST = 1_000_000_000


def get_upload_url(box: Workspace, args: Args) -> Json:
    name, length = args.required("filename"), args.required("length")
    if not length.isdecimal() or not 0 < int(length) <= _LARGEST:
        raise SlackError("invalid_arguments", messages=["must be a positive integer [json-pointer:/length]"])
    with box.core.world.lock:
        file = box.core.world.cabinet.reserve(name, int(length), args.text("alt_txt"))
        return {"file_id": file.id, "upload_url": f"{box.core.url}/upload/{file.id}/{file.secret}"}


def complete_upload(box: Workspace, args: Args) -> Json:
    """Without `channel_id` nobody but the app sees the file, until a message shows it."""
    wanted = args.raw.get("files")
    if not isinstance(wanted, list) or not wanted or not all(isinstance(each, dict) for each in wanted):
        raise SlackError("invalid_arguments", messages=["must provide an array of files [json-pointer:/files]"])
    if args.text("channel_id") or args.text("channels"):
        raise SlackError("not_implemented", messages=["sharing a file in a channel is not part of the sandbox"])
    with box.core.world.lock:
        files = [_file(box, str(each.get("id"))) for each in wanted]
        if any(file.content is None or file.completed for file in files):
            raise SlackError("file_not_found")
        for file, each in zip(files, wanted, strict=True):
            file.completed, file.title = True, str(each.get("title") or file.name)
        return {"files": [_shown(box, file) for file in files]}


def info(box: Workspace, args: Args) -> Json:
    with box.core.world.lock:
        file = _file(box, args.required("file"))
        if not file.completed:
            raise SlackError("file_not_found")
        shown = _shown(box, file)
        file.unread = max(0, file.unread - 1)
        return {"file": shown}


def _file(box: Workspace, wanted: str) -> File:
    file = box.core.world.cabinet.files.get(wanted)
    if file is None:
        raise SlackError("file_not_found")
    return file


def _shown(box: Workspace, file: File) -> Json:
    seed = box.core.seed
    return {
        "id": file.id,
        "name": file.name,
        "title": file.title,
        "mimetype": file.type,
        "filetype": file.type.partition("/")[2],
        "size": file.length,
        "alt_txt": file.alt,
        "permalink": f"https://{seed.team_domain}.slack.com/files/{seed.bot_user_id}/{file.id}/{file.name}",
    }


_WRITE = ("files:write",)
METHODS = {
    "files.getUploadURLExternal": Method(get_upload_url, 4, _WRITE),
    "files.completeUploadExternal": Method(complete_upload, 4, _WRITE),
    "files.info": Method(info, 4, ("files:read",)),
}

"""Key files on file systems without hard links, as exFAT on a memory stick: made once, whole, or not at all."""

import errno
import multiprocessing
import os

import pytest

from ringtrace.store import durable, keys, passphrase


def no_links(code):
    def refuse(_source, _target):
        raise OSError(code, os.strerror(code))

    return refuse


def make_keys(folder, number, answers):
    durable.os.link = no_links(errno.EPERM)
    answers.put((number, keys.public_bytes(keys.open_key(folder)), keys.digest_key(folder, "case")))


def test_users_who_come_at_once_share_one_key_without_hard_links(tmp_path):
    context = multiprocessing.get_context("fork")
    answers = context.Queue()
    users = [context.Process(target=make_keys, args=(tmp_path / "keys", number, answers)) for number in range(8)]
    for user in users:
        user.start()
    told = [answers.get(timeout=60) for _ in users]
    for user in users:
        user.join()
        assert user.exitcode == 0
    assert {number for number, *_ in told} == set(range(8))
    assert len({tuple(rest) for _, *rest in told}) == 1
    assert sorted(path.name for path in (tmp_path / "keys").iterdir()) == [".lock", "digests.key", "ed25519.pem"]
    assert keys.public_bytes(keys.open_key(tmp_path / "keys")) == told[0][1]


@pytest.mark.parametrize("code", [errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS])
def test_the_first_secret_stays_without_hard_links(tmp_path, monkeypatch, code):
    monkeypatch.setattr(durable.os, "link", no_links(code))
    assert passphrase.publish_secret(tmp_path / "one", b"first") == b"first"
    assert passphrase.publish_secret(tmp_path / "one", b"second") == b"first"
    assert (tmp_path / "one").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("lock", [True, False])
def test_a_folder_that_can_neither_link_nor_lock_is_refused_and_left_as_it_was(tmp_path, monkeypatch, lock):
    monkeypatch.setattr(durable.os, "link", no_links(errno.EPERM if lock else errno.EIO))
    monkeypatch.setattr(durable.fcntl, "flock", lambda *_: no_links(errno.ENOLCK)("", ""))
    with pytest.raises(OSError, match=os.strerror(errno.ENOLCK if lock else errno.EIO)):
        passphrase.publish_secret(tmp_path / "one", b"first")
    assert [path.name for path in tmp_path.iterdir() if path.name != ".lock"] == []

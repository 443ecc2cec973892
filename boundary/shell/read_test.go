package shell_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/boundary/shell"
	"github.com/runtimeguard/runtimeguard/guard"
)

// TestReaders holds, by families of programs, command lines and all that they
// do beside the start of the program itself.
func TestReaders(t *testing.T) {
	for _, c := range []struct{ family, src, want string }{
		{"find", "find src -name '*.o' -delete", "delete /w/src/**/*.o; delete /w/src/**/.*.o; list /w/src +"},
		{"find", "find src -delete", "delete /w/src +; list /w/src +"},
		{"find", `find a \( -name x -o -name y \) -exec rm {} +`, "delete /w/a/**/x; delete /w/a/**/y; exec rm; list /w/a +"},
		{"find", "find a -name x -o -delete", "delete /w/a +; list /w/a +"},
		{"find", `find a ! -name x -delete`, "delete /w/a +; list /w/a +"},
		{"find", "find . -type d -empty -delete", "list /w/. +"},
		{"find", "find . -xtype l -delete", "list /w/. +"},
		{"find", "find . ! -empty -delete", "delete /w/. +; list /w/. +"},
		{"find", "find . -not -type l -delete", "delete /w/. +; list /w/. +"},
		{"find", "find . -empty -o -delete", "delete /w/. +; list /w/. +"},
		{"find", `find . \( -empty -o -type f \) -delete`, "delete /w/. +; list /w/. +"},
		{"find", "find . -delete -empty", "delete /w/. +; list /w/. +"},
		{"find", "find . -empty , -delete", "delete /w/. +; list /w/. +"},
		{"find", "find . -type l,f -delete", "delete /w/. +; list /w/. +"},
		{"find", "find /opt . -empty -delete", "delete /opt +; delete /w/. +; list /opt +; list /w/. +"},
		{"find", "find -L . -empty -delete", "delete /w/. +; list /w/. +; unknown"},
		{"find", "find . -follow -empty -delete", "delete /w/. +; list /w/. +; unknown"},
		{"find", "find -L d -type f -exec rm {} +", "delete /w/d +; exec rm; list /w/d +; unknown"},
		{"find", "find .. -empty -delete", "delete /w/.. +; list /w/.. +"},
		{"find", "find . -fprint out -newer ref", "list /w/. +; list /w/ref +; write /w/out +"},
		{"find", "find . -type f -printf '%f\\n'", "list /w/. +"},
		{"find", `find . -exec sh -c 'rm {}' \;`, "exec sh; list /w/. +; unknown"},
		{"find", `find a /opt -exec sh -c 'rm "$1"' _ {} \;`, "delete /opt +; delete /w/a +; exec rm; exec sh; list /opt +; list /w/a +"},
		{"find", `find a /opt -exec sh -c 'rm "$1"' _ {} +`, "exec rm; exec sh; list /opt +; list /w/a +; unknown"},
		{"find", `find a /opt -exec sh -c 'rm "$@"' _ {} +`, "delete /opt +; delete /w/a +; exec rm; exec sh; list /opt +; list /w/a +"},
		{"find", "grep -rl x /opt | xargs rm", "delete /opt +; exec rm; exec xargs; read /opt +"},
		{"find", "fd x /opt | xargs rm", "delete /opt/**/*[xX]*; delete /opt/**/.*x*; exec rm; exec xargs; list /opt +"},
		{"find", "fd -e o -x rm", "delete /w/./**/*.[oO]; delete /w/./**/.*.o; exec rm; list /w/. +"},
		{"find", "fd . src -x rm", "delete /w/src +; exec rm; list /w/src +"},
		{"find", "fd -g -s a.o src -x rm", "delete /w/src/**/a.o; exec rm; list /w/src +"},

		{"output", "cat $(git branch --forma=/opt/x)", "exec git branch; unknown"},
		{"output", "cat $(git log -1 --format=%h --pretty=%s)", "exec git log; unknown"},
		{"output", "cat $(git describe --dirty=/../../x)", "exec git describe; read /../../x; unknown"},
		{"output", "cat $(git rev-parse /opt/x)", "exec git rev-parse; read /opt/x; unknown"},
		{"output", "rm $(stat -c %m .)", "exec stat; list /w/.; unknown"},
		{"output", "head -n $(stat -c%s f) g", "exec stat; list /w/f; read /w/g"},

		{"output", "rm $(date +%F)", "delete /w/*; exec date"},
		{"output", "rm $(date -d yesterday +%Y-%m-%d_%H:%M)", "delete /w/*; exec date"},
		{"output", "rm $(date +-rf)", "exec date; unknown"},
		{"output", "rm $(date '+%F -rf')", "exec date; unknown"},
		{"output", "rm $(date '+%F%n%z')", "exec date; unknown"},
		{"output", "rm $(date +%D)", "exec date; unknown"},
		{"output", "rm $(date -R)", "exec date; unknown"},
		{"output", "rm $(date --rfc-e)", "exec date; unknown"},
		{"output", "rm $(uname -sm)", "delete /w/*; exec uname"},
		{"output", "rm $(uname -a)", "exec uname; unknown"},
		{"output", "rm $(seq --help)", "exec seq; unknown"},
		{"output", "rm $(seq 2)", "delete /w/1; delete /w/2; exec seq"},
		{"output", "eval \"$(mkdir --verb d)\"", "exec mkdir; unknown; write /w/d"},
		{"output", "rm $(mktemp)/x", "delete /tmp/tmp.??????????/x; exec mktemp"},
		{"output", "rm $(mktemp -p d aXXX)/x", "delete /w/d/a???/x; exec mktemp; write /w/d/a???"},
		{"output", "rm $(mktemp d/aXXXb)/x", "delete /w/d/a???b/x; exec mktemp; write /w/d/a???b"},
		{"output", "rm $(mktemp aXX)/x", "exec mktemp; unknown; write /w/a??"},
		{"output", "rm $(mktemp XXXaX)/x", "exec mktemp; unknown; write /w/???a?"},
		{"output", "rmdir d; rm $(mktemp -p d aXXX)/x", "delete /w/d; exec mktemp; exec rm; unknown; write /w/d/a???"},
		{"output", "rm $(git symbolic-ref HEAD)/x", "exec git symbolic-ref; unknown"},
		{"output", "cd $(ls -d b*) && rm x", "delete /w/b*/x; exec ls; exec rm; list /w/b*; unknown"},
		{"output", "cd \"$(ls -d b*)\" && rm x", "delete /w/b*/x; delete /w/x; exec ls; exec rm; list /w/b*"},
		{"output", "tar cf $(git branch --show-current) f", "exec git branch; read /w/f +; write /w/**; write /w/f"},
		{"output", "ls b* | xargs cp f g", "exec cp; exec xargs; list /w/b*; read /w/f; read /w/g; write /w/b*/f; write /w/b*/g; write /w/g; write /w/g/f"},
		{"output", "v=$(find d -name x | head -1); rm d/$v", "exec find; exec head; exec rm; list /w/d +; unknown"},
		{"output", "v=$(ls b*.c | head -1); rm $v.o", "delete /w/*.o; exec head; exec ls; exec rm; list /w/b*.c"},
		{"output", "rm d/$(ls d)", "exec ls; list /w/d; unknown"},
		{"output", "rm $(ls d).o", "exec ls; list /w/d; unknown"},
		{"output", "cat d/$(ls -t d | head -1)", "exec head; exec ls; list /w/d; read /w/d/*"},
		{"output", "cat d/$(ls -t d | head -2)", "exec head; exec ls; list /w/d; unknown"},
		{"output", "rm x/$(date)", "exec date; unknown"},
		{"output", "rm x/$(date +%s)", "delete /w/x/*; exec date"},
		{"output", "rm x/$(git branch)", "exec git branch; unknown"},
		{"output", "rm x/$(git branch --show-current)", "delete /w/x/**; exec git branch"},
		{"output", "rm x/$(git log -1 --format=%h)", "delete /w/x/*; exec git log"},
		{"output", "rm x/$(git log -2 --format=%h)", "exec git log; unknown"},
		{"output", "rm $(git log -1 --format=%ai)", "exec git log; unknown"},
		{"output", "rm $(realpath d/x)", "delete /w/d/x; exec realpath; list /w/d/x"},
		{"output", "rm $(readlink -f x)", "delete /w/x; exec readlink; list /w/x"},
		{"output", "rm $(realpath --relative=d x)", "exec realpath; list /w/x; unknown"},
		{"output", "ln -s /opt f; rm $(realpath f)", "exec realpath; exec rm; list /opt; list /w/f; read /opt +; unknown; write /w/f; write /w/f/opt"},
		{"output", "rmdir d; rm $(realpath d/x)", "delete /w/d; exec realpath; exec rm; list /w/d/x; unknown"},
		{"output", "cd -P d; rm $PWD/x", "delete /w/d/x; delete /w/x; exec rm"},
		{"output", "rm $(git -C d rev-parse --show-toplevel)/x", "delete /w/x; exec git rev-parse; list /w/d"},
		{"output", "rm $(git --work-tree=/opt rev-parse --show-toplevel)/x", "exec git rev-parse; list /opt; unknown"},
		{"output", "rm $(git rev-parse --show-toplevel --git-dir)/x", "exec git rev-parse; unknown"},
		{"output", "git init -q; rm $(git rev-parse --show-toplevel)/x", "exec rm; unknown"},
		{"output", "cp c .git/config; rm $(git rev-parse --show-toplevel)/x", "exec git rev-parse; exec rm; read /w/c; unknown; write /w/.git/config; write /w/.git/config/c"},

		{"copy", "pdftotext -r 9 a b", "read /w/a; write /w/b"},
		{"copy", "rst2html a b", "read /w/a; write /w/b"},
		{"copy", "dpkg-deb -x a b", "read /w/a; write /w/b"},
		{"copy", "mmv '/opt/*' 'b#1'", "delete /opt/* +; read /opt/*; write /w/b*"},
		{"copy", "exiftool -FileName=/opt/x a", "read /opt/x; write /opt/x; write /w/a"},
		{"copy", "mkvextract a tracks 0:/opt/x", "write /opt/x"},
		{"copy", "ffmpeg -i a -f tee 'b|[f=ts]/opt/x'", "read /w/a; write /opt/x; write /w/b"},
		{"copy", "yosys -p 'read_verilog a; write_json /opt/x' b", "read /w/b; write /opt/x"},
		{"copy", "find . -fprintf x %p; sh x", "exec /w/x; exec sh; exec x; list /w/. +; read /w/x; unknown; write /w/x +"},
		{"editor", "vim -V9/opt/x a", "read /w/a; write /opt/x; write /w/a"},
		{"editor", "zless '+!id' a", "read /w/a; unknown"},
		{"editor", "zless +12 a", "read /w/a"},
		{"editor", "tig '+:!id'", "unknown"},
		{"editor", "sk -c 'ls'", "unknown"},
		{"editor", "fzf -q '!x y'", ""},
		{"editor", "feh -A 'rm /opt/x' a", "delete /opt/x; exec rm; read /w/a; unknown"},
		{"network", "gio copy a smb://h/x", "connect h; read /w/a"},
		{"network", "gio copy a /opt/x", "read /w/a; write /opt/x"},
		{"network", "kubectl get -f https://h/x", "connect h"},
		{"network", "kubectl get -f a", "read /w/a"},
		{"network", "pg_dump -h localhost x", ""},
		{"network", "pg_dump -hh -f /opt/x x", "connect h; write /opt/x"},
		{"network", "pg_dump -d 'host=h user=u'", "connect h"},
		{"network", "duckdb -s \"select * from 'a'\"", "read /w/a"},
		{"network", "bzr push sftp://h/x", "connect h"},
		{"network", "google-chrome-stable --screenshot=/opt/x https://h", "connect h; write /opt/x"},
		{"machine", "mknod x p", "write /w/x"},
		{"machine", "mknod -m 666 x b 8 0", "unknown; write /w/x"},
		{"machine", "fsarchiver restfs x id=0,dest=/dev/sda1", "write /dev/sda1"},
		{"machine", "renice 19 $PPID", "unknown"},
		{"machine", "renice 19 4711", ""},
		{"copy", "cp a b", "read /w/a; write /w/b; write /w/b/a"},
		{"copy", "cp a b d/", "read /w/a; read /w/b; write /w/d/a; write /w/d/b"},
		{"copy", "cp -rt /opt src", "read /w/src +; write /opt/src +"},
		{"copy", "cp -T a b", "read /w/a; write /w/b"},
		{"copy", "cp -bT a b", "read /w/a; write /w/b; write /w/b.~*~; write /w/b~"},
		{"copy", "mv -S .o -T a b", "delete /w/a +; read /w/a +; write /w/b +; write /w/b.o +; write /w/b.~*~ +"},
		{"copy", "cp --parents a/b d", "read /w/a/b; write /w/d; write /w/d/a/b"},
		{"copy", "mv a d/", "delete /w/a +; read /w/a +; write /w/d/a +"},
		{"copy", "install -m 755 run bin/run", "read /w/run; write /w/bin/run; write /w/bin/run/run"},
		{"copy", "install -d a b", "write /w/a; write /w/b"},
		{"copy", "dd if=a of=/dev/sda bs=1M", "read /w/a; write /dev/sda"},
		{"copy", "rsync -a --delete a/ b/", "delete /w/b/ +; read /w/a/ +; write /w/b/ +"},
		{"copy", "rsync -an --delete a/ b/", "list /w/a/ +; list /w/b/ +"},
		{"copy", "rsync a h:b", "connect h; read /w/a"},
		{"copy", "split -b 1 in /opt/p", "read /w/in; write /opt/p*"},
		{"copy", "uniq in out", "read /w/in; write /w/out"},

		{"archive", "tar czf o.tgz -C src a", "read /w/src/a +; write /w/o.tgz"},
		{"archive", "tar -xf a.tar -C /opt", "read /w/a.tar; write /opt/."},
		{"archive", "tar tf a.tar", "read /w/a.tar"},
		{"archive", "tar -xf a.tar --checkpoint-action=exec='rm -rf /opt'", "delete /opt +; exec rm; read /w/a.tar; unknown; write /w/."},
		{"archive", "tar -I 'zstd -9' -cf o a", "exec zstd; read /w/a +; write /w/o"},
		{"archive", "tar -xPf a.tar", "read /w/a.tar; unknown; write /w/."},
		{"archive", "zip -r o.zip src", "read /w/src +; write /w/o.zip +"},
		{"archive", "zip o.zip a -T -TT 'rm -rf /opt #'", "delete /opt +; exec rm; read /w/a; unknown; write /w/o.zip"},
		{"archive", "unzip -l a.zip", "read /w/a.zip"},
		{"archive", "unzip a.zip -d /opt", "read /w/a.zip; write /opt/."},
		{"archive", "gzip -k a", "read /w/a; write /w/a.gz"},
		{"archive", "gunzip a.gz", "delete /w/a.gz; read /w/a.gz; write /w/a"},

		{"sed", "sed -i s/a/b/ f", "read /w/f; write /w/f"},
		{"sed", "sed -n '/a|b/,+3p;$!d' f", "read /w/f"},
		{"sed", "sed 's/a/b/w out' f", "read /w/f; write /w/out"},
		{"sed", "sed '1r in' f", "read /w/f; read /w/in"},
		{"sed", "sed s/a/id/e f", "read /w/f; unknown"},
		{"sed", "sed '1e rm -rf /opt' f", "delete /opt +; exec rm; read /w/f; unknown"},
		{"sed", `sed -e 's|/etc|w /opt/x|' -e '1i e x' f`, "read /w/f"},
		{"sed", `sed "s/a/$NOWHERE/" f`, "read /w/f; unknown"},
		{"sed", "sed '1!G;h;$!d;y/abc/xyz/;:a;ba' f", "read /w/f"},
		{"sed", "sed --sandbox 1p f", "read /w/f"},

		{"awk", `awk '$1 > 5 && /a\/b > c/ {print $2 | "sort -n"}' f`, "exec sort; read /w/f"},
		{"awk", `awk '{print > "out"}' f`, "read /w/f; write /w/out"},
		{"awk", `awk '{print $1 > $2}' f`, "read /w/f; unknown"},
		{"awk", `awk '{print ($1 > $2), "a > b"}' f`, "read /w/f"},
		{"awk", `awk 'BEGIN{system("rm -rf /opt")}'`, "delete /opt +; exec rm; unknown"},
		{"awk", `awk -v c=x 'BEGIN{system(c)}'`, "unknown"},
		{"awk", `awk 'BEGIN{while ((getline l < "in") > 0) n++}'`, "read /w/in"},
		{"awk", `awk 'BEGIN{"date" | getline d; print d}'`, "exec date"},
		{"awk", `awk -F: 'NR==FNR{a[$1];next} $1/2 > 1' x=1 f g`, "read /w/f; read /w/g"},

		{"jq", "jq .env f", "read /w/f"},
		{"jq", "jq --arg a .env --rawfile b in -n '$b'", "read /w/in"},
		{"yq", "yq -i '.a = 1' f.yml", "read /w/f.yml; write /w/f.yml"},

		{"net", "curl -o out https://h/x", "connect h; write /w/out"},
		{"net", "curl -sO https://h/a/b.tgz?x=1", "connect h; write /w/b.tgz"},
		{"net", "curl -d @in -F f=@g -H 'X: y' h", "connect h; read /w/g; read /w/in"},
		{"net", "curl --data-urlencode n@in h", "connect h; read /w/in"},
		{"net", "curl -Tin h", "connect h; read /w/in"},
		{"net", "curl file:///etc/x", "read /etc/x"},
		{"net", "curl -K c", "read /w/c; unknown"},
		{"net", "wget -qP /opt https://h/x", "connect h; write /opt/x"},
		{"net", "wget -O- https://h/x", "connect h"},
		{"net", "scp a u@h:b", "connect h; read /w/a"},
		{"net", "ssh h 'rm -rf /opt'", "connect h; exec rm"},
		{"net", "ssh -oProxyCommand='rm -rf /opt' h", "connect h; delete /opt +; exec rm; unknown"},
		{"net", "nc -e 'rm -rf /opt' h 9", "connect h; delete /opt +; exec rm"},

		{"git", "git show :/fix", ""},
		{"git", "git diff | git apply -R", "unknown; write /w/."},
		{"git", "echo HEAD:x | git cat-file --batch", "exec git cat-file; read /w/x"},
		{"git", "git push --forc", ""},
		{"git", "git commit -m 'rm -rf / > /etc/x'", ""},
		{"git", "git checkout -b x origin/main", ""},
		{"git", "git checkout -- src", "write /w/src +"},
		{"git", "git restore --staged .", ""},
		{"git", "git restore src", "write /w/src +"},
		{"git", "git clean -nfd", ""},
		{"git", "git clean -fd src", "delete /w/src +"},
		{"git", "git rm -r src", "delete /w/src +"},
		{"git", "git mv a b", "delete /w/a +; write /w/b; write /w/b/a"},
		{"git", "git show HEAD~1:a/.env", "read /w/a/.env"},
		{"git", "git diff --no-index a b", "read /w/a; read /w/b"},
		{"git", "git log --format='%h | %s' main..x -- a", "list /w/a"},
		{"git", "git log --all --full-history .env", "list /w/.env"},
		{"git", "git ls-tree HEAD .env", "list /w/.env; list /w/HEAD"},
		{"git", "git log -p .env", "read /w/.env"},
		{"git", "git show --stat HEAD:.env", "read /w/.env"},
		{"git", "git -C sub status", "list /w/sub"},
		{"git", "git -c user.name=x commit -m y", ""},
		{"git", "git -c core.pager=less log", ""},
		{"git", "git -c core.pager='rm -rf /opt' log", "delete /opt +; exec rm; unknown"},
		{"git", "git -c alias.x='!rm -rf /opt' x", "delete /opt +; exec rm; unknown"},
		{"git", "git config core.hooksPath h", "unknown"},
		{"git", "git config user.name x", ""},
		{"git", "git config --get core.pager", ""},
		{"git", "git clone https://h/a/b.git", "connect h; write /w/b"},
		{"git", "git fetch 'ext::rm -rf /opt'", "delete /opt +; exec rm; unknown"},
		{"git", "git rebase -x 'rm -rf /opt' main", "delete /opt +; exec rm; unknown"},
		{"git", "git submodule foreach 'rm -rf /opt'", "delete /opt +; exec rm"},
		{"git", "git nosuch", "unknown"},
		{"git", "git format-patch -o out -1", "list /w/out; write /w/out"},

		{"container", "docker run -v /opt:/x:ro -v data:/d alpine rm -rf /x", "exec rm; read /opt +"},
		{"container", "docker run --mount type=bind,source=/opt,target=/x alpine", "read /opt +; write /opt +"},
		{"container", "docker exec -it web sh -c 'rm -rf /x'", "exec rm; exec sh"},
		{"container", "docker cp web:/x out", "write /w/out +"},
		{"container", "kubectl exec pod -- rm -rf /x", "exec rm"},

		{"interpreter", "python3 tools/x.py --a", "exec /w/tools/x.py; read /w/tools/x.py"},
		{"interpreter", "python3 -c 'print(1+1)'", ""},
		{"interpreter", "python3 -Bc 'import os; os.remove(1)'", "unknown"},
		{"interpreter", "python3 -m json.tool a.json", "read /w/a.json"},
		{"interpreter", "python3 -m pytest -q tests", "exec pytest; list /w/tests"},
		{"interpreter", "python3 -m http.server", "connect ; unknown"},
		{"interpreter", "echo x | python3 -", "exec python3; unknown"},
		{"interpreter", "node -e 'console.log(process.version)'", ""},
		{"interpreter", "node -r ./x y.js", "exec /w/y.js; read /w/y.js; unknown"},
		{"interpreter", "perl -pi -e 's/a/b/e' f", "unknown; write /w/f"},
		{"interpreter", "perl -pi -e 's/a/b/' f", "write /w/f"},
		{"interpreter", "ruby -v", ""},

		{"editor", "vim +42 a", "read /w/a; write /w/a"},
		{"editor", "vim -c '!rm' a", "read /w/a; unknown; write /w/a"},
		{"editor", "vim -es +%p +q a", "read /w/a; write /w/a"},
		{"editor", "vim -S .env", "read /w/.env; unknown"},
		{"editor", "vim -s keys a", "exec /w/keys; read /w/a; read /w/keys; unknown; write /w/a"},
		{"editor", "less +G a", "read /w/a"},
		{"editor", "less '+!rm' a", "read /w/a; unknown"},
		{"editor", "man -P 'rm -rf /opt' ls", "unknown"},

		{"database", "sqlite3 a.db 'select 1'", "read /w/a.db; write /w/a.db"},
		{"database", "sqlite3 a.db .tables", "read /w/a.db; write /w/a.db"},
		{"database", "sqlite3 a.db '.shell rm'", "read /w/a.db; unknown; write /w/a.db"},
		{"database", `psql -c '\! rm'`, "unknown"},
		{"database", "psql -c 'select 1'", ""},

		{"build", "make -f /tmp/M", "exec /tmp/M; read /tmp/M"},
		{"build", "make SHELL=./x", "unknown"},
		{"build", "make CC=clang all", ""},
		{"build", "make -C sub all", ""},
		{"build", "make -C /tmp/x all", "exec /tmp/x"},
		{"build", "for d in */; do make -C $d; done", "exec make"},
		{"build", "for d in */; do make -C $d/../..; done", "exec make; unknown"},
		{"build", "for d in .*/; do make -C $d; done", "exec make; unknown"},
		{"build", "for d in /opt/*/; do make -C $d; done", "exec make; unknown"},
		{"build", "pytest /tmp/t.py", "exec /tmp/t.py; list /tmp/t.py"},
		{"build", "npm config set script-shell ./x", "read /w/./x; unknown"},
		{"build", "cmake -E rm -rf /opt", "delete /opt +; exec rm"},
		{"build", "cmake -S . -B out", "write /w/out"},
		{"build", "go test -run 'A|B' ./...", "read /w/./..."},
		{"build", "go test -exec ./x ./...", "read /w/./...; unknown"},
		{"build", "go run h/x@latest", "read /w/h/x@latest; unknown"},
		{"build", "gofmt -d src", "read /w/src +"},
		{"build", "gofmt -w src", "read /w/src +; write /w/src +"},

		{"wrapper", "timeout -k 1 5 rm -rf /opt", "delete /opt +; exec rm"},
		{"wrapper", "watch -n1 'rm -rf /opt'", "delete /opt +; exec rm"},
		{"wrapper", "script -qc 'rm -rf /opt' log", "delete /opt +; exec rm; write /w/log"},
		{"wrapper", "flock l -c 'rm -rf /opt'", "delete /opt +; exec rm; write /w/l"},
		{"wrapper", "strace -o log -f rm -rf /opt", "delete /opt +; exec rm; write /w/log"},
		{"wrapper", "sudo A=1 rm -rf /opt", "delete /opt +; exec env; exec rm"},
		{"wrapper", "tmux new -d 'rm -rf /opt'", "delete /opt +; exec rm"},
		{"wrapper", "tmux send-keys x", "unknown"},
		{"wrapper", "tmux -L s splitw -hb -c d 'rm -rf /opt' \\; ls", "delete /opt +; exec rm"},
		{"wrapper", "tmux lsw -F '#(rm -rf /opt)'", "delete /opt +; exec rm; unknown"},
		{"wrapper", "strace -E LD_PRELOAD=./x.so ls", "exec ls; list /w/.; unknown"},
		{"wrapper", "fakeroot <<< 'rm -rf /opt'", "delete /opt +; exec rm; exec sh"},
		{"wrapper", "pidstat -e rm -rf /opt", "delete /opt +; exec rm"},
		{"wrapper", "ip -n a netns exec b rm -rf /opt", "delete /opt +; exec rm"},
		{"wrapper", "env --s='rm -rf /opt'", "delete /opt +; exec rm"},
		{"wrapper", "env --c=/opt rm -rf x", "delete /opt/x +; exec rm"},
		{"wrapper", "env --argv0 x rm -rf /opt", "delete /opt +; exec rm"},
		{"find", "fd -HXrm x /opt", "delete /opt/**/*[xX]*; delete /opt/**/.*x*; exec rm; list /opt +"},
		{"wrapper", "wine reg add /?", "exec reg"},
		{"wrapper", "reg add /?", "read /?"},
		{"wrapper", "mise exec -- rm -rf /opt", "delete /opt +; exec rm"},
		{"wrapper", "mise x node -- rm -rf /opt", "delete /opt +; exec rm"},
		{"wrapper", "mise x -c 'rm -rf /opt'", "delete /opt +; exec rm"},
		{"wrapper", "mise run build", ""},
		{"wrapper", "rustup run nightly rm -rf /opt", "delete /opt +; exec rm"},
		{"wrapper", "rbenv exec rm -rf /opt", "delete /opt +; exec rm"},
		{"wrapper", "direnv exec . rm -rf /opt", "delete /opt +; exec rm"},
		{"wrapper", "direnv exec /tmp/x ls", "exec /tmp/x; exec ls; list /w/.; read /tmp/x"},

		{"output", "gcc $(pkg-config --cflags --libs x) -o a a.c", "exec pkg-config; read /w/a.c; read /w/x; write /w/a"},
		{"output", "gcc $(pkg-config --variable=y x) a.c", "exec pkg-config; read /w/a.c; read /w/x; unknown"},
		{"output", "rm $(pkg-config --libs x)", "exec pkg-config; read /w/x; unknown"},
		{"output", "echo $(($(lsof -ti:80) + 1))", "exec lsof"},
		{"output", "echo $(($(lsof -t -i tcp:80 -sTCP:LISTEN) + 1))", "exec lsof"},
		{"output", "echo $(($(lsof -i:80) + 1))", "exec lsof; unknown"},
		{"output", "echo $(($(lsof -ti:80 a) + 1))", "exec lsof; list /w/a; unknown"},
		{"output", "echo $(($(du -sk a | cut -f1) / 2))", "exec cut; exec du; list /w/a +"},
		{"output", "echo $(($(wc -l a | awk '{print $1}') + 1))", "exec awk; exec wc; read /w/a"},
		{"output", "echo $(($(wc -l a | cut -f1) + 1))", "exec cut; exec wc; read /w/a; unknown"},
		{"output", "echo $(($(du -sh a | cut -f1) + 1))", "exec cut; exec du; list /w/a +; unknown"},
		{"output", "echo $(($({ cat b; du -sk a; } | cut -f1) + 1))", "exec cat; exec cut; exec du; list /w/a +; read /w/b; unknown"},

		{"package", "node --import tsx --test src/a.ts", "read /w/src/a.ts"},
		{"package", "mocha -r ts-node/register test", ""},
		{"package", "node -r @scope/x/register a.js", "exec /w/a.js; read /w/a.js"},
		{"package", "node -r ./x a.js", "exec /w/a.js; read /w/a.js; unknown"},
		{"package", "node -r ../x a.js", "exec /w/a.js; read /w/a.js; unknown"},
		{"package", "node -r x/../../y a.js", "exec /w/a.js; read /w/a.js; unknown"},
		{"package", "node --import data:text/javascript,x a.js", "exec /w/a.js; read /w/a.js; unknown"},
		{"package", "node --import https://h/x.js a.js", "exec /w/a.js; read /w/a.js; unknown"},

		{"pager", "man -P 'less -R' ls", ""},
		{"pager", "man -P sh ls", "unknown"},
		{"pager", "bat --pager=./x a", "read /w/a; unknown"},

		{"media", "ffmpeg -i a.mp4 -c:v libx264 /opt/b.mp4", "read /w/a.mp4; write /opt/b.mp4"},
		{"media", "convert a.png -resize 50% /opt/b.png", "read /opt/b.png; read /w/50%; read /w/a.png; write /opt/b.png"},

		{"science", "blastn -query q.fa -db nt -outfmt '6 qseqid' -evalue 1e-9 -out /opt/r", "read /w/nt; read /w/q.fa; write /opt/r"},
		{"science", "blastp -query q.fa -db nt -remote", "connect blast.ncbi.nlm.nih.gov; read /w/nt; read /w/q.fa"},
		{"science", "bedtools intersect -a f1 -b f2 -sorted", "read /w/f1; read /w/f2"},
		{"science", "bedtools getfasta -fi a.fa -bed b.bed -s -fo /opt/x", "read /w/a.fa; read /w/b.bed; write /opt/x"},
		{"science", "samtools view -bS -@4 x.bam -o /opt/x", "read /w/x.bam; write /opt/x"},
		{"science", "samtools merge /opt/x a.bam", "read /w/a.bam; write /opt/x"},
		{"science", "bcftools view -Ob in.vcf -o o", "read /w/in.vcf; write /w/o"},
		{"science", "bcftools view -i 'perl:x.pl' in.vcf", "read /w/in.vcf; unknown"},
		{"science", "bcftools +./x.so in.vcf", "unknown"},
		{"science", "ogr2ogr -spat 1 2 3 4 /opt/x in.shp", "write /opt/x; write /w/1; write /w/2; write /w/3; write /w/4; write /w/in.shp"},
		{"science", "osmium extract -b 1,2,3,4 a.pbf -o b.pbf", "read /w/a.pbf; write /w/b.pbf"},
		{"science", "osmium extract -c c.json a.pbf", "read /w/a.pbf; unknown"},
		{"science", "blender -b a.blend -o out -e 500 -a", "read /w/a.blend; write /w/out"},
		{"science", "blender -b a.blend -P x.py", "read /w/a.blend; unknown"},
		{"science", "blender -b -y a.blend", "read /w/a.blend; unknown"},
		{"science", "openscad -m 'rm -rf /opt' -o a.stl a.scad", "delete /opt +; exec rm; read /w/a.scad; write /w/a.stl"},

		{"terminal", "kitty +kitten icat https://h/x.png a.png", "connect h; read /w/a.png; read /w/https://h/x.png"},
		{"terminal", "kitty +runpy 'import os'", "unknown"},
		{"terminal", "kitty + kitten clipboard", ""},
		{"terminal", "kitty @ launch sh", "unknown"},
		{"terminal", "kitten ssh h", "unknown"},
		{"terminal", "kitten @ ls", ""},
		{"terminal", "kitty sh", "unknown"},
		{"terminal", "wezterm cli list", ""},
		{"terminal", "wezterm cli send-text ls", "unknown"},
		{"terminal", "wezterm cli spawn --cwd /opt -- rm -rf a", "delete /opt/a +; exec rm"},
		{"terminal", "wezterm start -- rm -rf /opt", "delete /opt +; exec rm"},
		{"terminal", "xfce4-terminal --initial-title x", ""},
		{"terminal", "xfce4-terminal -e 'rm -rf /opt' -T x", "delete /opt +; exec rm"},
		{"terminal", "xfce4-terminal -x rm -rf /opt", "delete /opt +; exec rm"},
		{"terminal", "gnome-terminal --title x -- rm -rf /opt", "delete /opt +; exec rm"},
		{"terminal", "foot -a id rm -rf /opt", "delete /opt +; exec rm"},
		{"terminal", "alacritty -o shell.program=x", "unknown"},
		{"terminal", "alacritty -T x -e rm -rf /opt", "delete /opt +; exec rm"},
		{"terminal", "xterm -fa Mono -e rm -rf /opt", "delete /opt +; exec rm"},
		{"terminal", "xterm /w/x", "unknown"},
		{"terminal", "xterm -display h:0", "connect h"},
		{"terminal", "xterm -dis h:0", "unknown"},
		{"terminal", "gnome-terminal --display h:0", "connect h"},
		{"terminal", "terminator --gtk-module x", "unknown"},
		{"terminal", "ghostty +list-actions", ""},

		{"git", "hub reset --hard", "exec git reset"},
		{"git", "hub pr list", ""},
		{"git", "git authors", "write /w/AUTHORS"},
		{"git", "git authors --list", ""},
		{"git", "git alias x", ""},
		{"git", "git alias x '!ls'", "unknown"},
		{"git", "git local-commits --output=/opt/x", "write /opt/x"},
		{"git", "git effort --above 3 a.go", ""},
		{"git", "git effort -- '--since=$(halt)'", "unknown"},
		{"git", "git obliterate x", "unknown"},
		{"git", "git credential-store --file /opt/x get", "write /opt/x"},

		{"machine", "mkfs.fat -n LABEL a.img", "write /w/a.img"},
		{"machine", "mkswap -L x -U y a.img", "write /w/a.img"},
		{"machine", "e2undo u a.img", "read /w/u; write /w/a.img"},
		{"machine", "flashrom -p internal -r a", "write /w/a"},
		{"machine", "flashrom -p internal -w a", "read /w/a"},
		{"machine", "WG_HIDE_KEYS=never wg show", "exec wg show; unknown"},
		{"machine", "WG_HIDE_KEYS=always wg show", "exec wg show"},

		{"declaration", "local --help", ""},
		{"declaration", "declare --help", ""},
		{"declaration", "declare --help x", "unknown"},
		{"declaration", "export -f f", "unknown"},

		{"document", "tabula .env", "read /w/.env"},
		{"document", "tabula -r -p 1 -o /opt/x a.pdf", "read /w/a.pdf; write /opt/x"},
		{"document", "qpdf --password=x --pages a.pdf 1-z b.pdf -- c.pdf /opt/d.pdf", "read /w/1-z; read /w/a.pdf; read /w/b.pdf; read /w/c.pdf; write /opt/d.pdf"},
		{"document", "qpdf --encrypt u o 256 -- a.pdf b.pdf", "read /w/a.pdf; write /w/b.pdf"},
		{"document", "qpdf --replace-input a.pdf", "read /w/a.pdf; write /w/a.pdf"},
		{"document", "qpdf @args", "read /w/args; unknown"},
		{"document", "pdftk A=a.pdf .env cat A1-2 output /opt/x user_pw y", "read /w/.env; read /w/a.pdf; write /opt/x"},
		{"document", "pdftk a.pdf stamp /opt/s output b", "read /opt/s; read /w/a.pdf; write /w/b"},
		{"document", "cd /opt; pdftk /w/a.pdf burst", "exec pdftk; read /w/a.pdf; write /opt/.; write /w/."},
		{"document", "ebook-convert a.epub /etc/x.mobi --level1-toc=//h:h1 --cover c", "read /w/a.epub; read /w/c; write /etc/x.mobi"},
		{"document", "ebook-convert a.recipe b.epub", "connect ; read /w/a.recipe; unknown; write /w/b.epub"},
		{"document", "soffice --headless --convert-to pdf --outdir /opt a.doc", "read /w/a.doc; write /opt"},
		{"document", "soffice macro:///A.B.C", "read /w/macro:///A.B.C; unknown"},
		{"document", "jupytext --to py a.ipynb", "read /w/a.ipynb; write /w/a.ipynb"},
		{"document", "jupytext --execute /tmp/a.md", "exec /tmp/a.md; read /tmp/a.md; write /tmp/a.md"},
		{"document", "mutool extract a.pdf", "read /w/a.pdf; write /w/."},
		{"document", "pdf-parser -t /x -d /opt/y a.pdf", "read /w/a.pdf; write /opt/y"},

		{"registry", "crane ls ghcr.io/x/y", "connect ghcr.io"},
		{"registry", "crane index append --flatten -m a -m evil:5000/b", "connect docker.io; connect evil"},
		{"registry", "crane pull a /opt/x", "connect docker.io; write /opt/x"},
		{"registry", "crane registry serve", "connect ; unknown"},
		{"registry", "crane ls -h", ""},
		{"registry", "skopeo copy docker://h:5/a dir:/opt/x", "connect h; write /opt/x"},
		{"registry", "skopeo copy oci:/opt/x:t docker://a/b", "connect docker.io; read /opt/x"},
		{"registry", "skopeo inspect docker-daemon:a", "unknown"},
		{"registry", "oras push h.io/a .env:text/plain", "connect h.io; read /w/.env; read /w/.env:text/plain"},
		{"registry", "oras pull h.io/a -o /opt", "connect h.io; write /opt"},
		{"registry", "regctl image export a/b /opt/x", "connect docker.io; write /opt/x"},
		{"registry", "cosign sign --key .env a", "connect docker.io; read /w/.env"},
		{"registry", "cosign verify-blob --signature s a", "connect ; read /w/a; read /w/s; unknown"},
		{"registry", "crane digest $NOWHERE", "connect ; unknown"},

		{"host", "rdesktop -u ok -p x h:3389", "connect h"},
		{"host", "rdesktop -r disk:a=/opt h", "connect h; write /opt"},
		{"host", "vncviewer --geometry 9x9 h:1", "connect h"},
		{"host", "vncviewer -nosuch ok h", "connect h; connect ok"},
		{"host", "grpcurl -plaintext -nosuch ok h:1 list", "connect h; connect list; connect ok"},
		{"host", "xfreerdp /u:ok /v:h:3389 /drive:d,/opt", "connect h; read /opt +; write /opt +"},
		{"host", "xfreerdp /u:ok", "connect ; unknown"},
		{"host", "tailscale nc h 22", "connect h; connect tailscale.com"},
		{"host", "tailscale file cp .env h:", "connect h; connect tailscale.com; read /w/.env"},
		{"host", "vncserver -geometry 9x9", "connect ; unknown"},
		{"host", "smbcacls //h/share a", "connect h"},
		{"host", "mount.cifs //h/share m -o credentials=.env", "connect h; read /w/.env; write /w/m"},
		{"host", "mosquitto_pub -h h -t x -f .env", "connect h; read /w/.env"},
		{"host", "openvpn3 session-start -c a", "connect ; read /w/a; unknown"},
		{"host", "gsocket -s x rm -rf /opt", "connect ; delete /opt +; exec rm; unknown"},

		{"scan", "hydra -l u -P .env -f h mysql", "connect h; read /w/.env"},
		{"scan", "hydra -M .env ssh", "connect ; connect ssh; read /w/.env; unknown"},
		{"scan", "snmpwalk -v 1 -c x h 1.3", "connect h"},
		{"scan", "snmpwalk -Lf /opt/x h", "connect ; connect h; read /opt/x; unknown"},
		{"scan", "wpscan -e --url h", "connect h"},
		{"scan", "wpscan --enumerate u --url h", "connect h"},
		{"scan", "ffuf -w .env:W -u http://h/W -mc 200", "connect h; read /w/.env; read /w/.env:W"},
		{"scan", "gobuster dns -d h -w a", "connect h; read /w/a"},
		{"scan", "nmap -sV -p 80 -iL a -oN /opt/x h", "connect ; connect h; read /w/a; unknown; write /opt/x"},
		{"scan", "ping -c 1 /opt/x", "connect ; read /opt/x; unknown"},
		{"scan", "sqlmap -u h --output-dir /opt/x", "connect h; write /opt/x"},
		{"scan", "echo h | dnsx -a", "connect h; exec dnsx"},
		{"scan", "nmap --help", ""},

		{"load", "jmeter -n -t a.jmx -l /opt/x", "connect ; read /w/a.jmx; unknown; write /opt/x"},
		{"load", "siege -f a", "connect ; read /w/a; unknown"},
		{"load", "echo 'GET http://h' | vegeta attack -rate 5", "connect h; exec vegeta attack"},
		{"load", "vegeta report -type json a", "read /w/a"},
		{"load", "ab -n 9 -e /opt/x http://h/", "connect h; write /opt/x"},
		{"load", "gallery-dl --destination /opt https://h", "connect h; write /opt"},
		{"load", "httrack https://h -O /opt/a,/opt/b", "connect h; write /opt/a,/opt/b; write /opt/b"},
		{"load", "aria2c -d /opt -o x https://h", "connect h; write /opt; write /opt/x"},
		{"load", "yt-dlp -P home:/opt https://h", "connect h; write /opt"},
		{"load", "cd /opt; axel https://h", "connect h; exec axel; write /opt/.; write /w/."},
		{"load", "instaloader -l u x", "connect www.instagram.com; write /w/."},
		{"load", "wormhole send .env", "connect ; read /w/.env; unknown"},

		{"backup", "restic -r sftp:u@h:/x backup .env", "connect h; read /w/.env +"},
		{"backup", "rustic init --repository /opt/r", "write /opt/r"},
		{"backup", "rclone sync r:x /opt/y", "connect r; write /opt/y +"},
		{"backup", "unison a /opt/b -ignore x", "write /opt/b +; write /w/a +"},
		{"data", "bundletool dump manifest --bundle a --xpath /manifest/@x", "read /w/a"},
		{"data", "awslogs get /var/log/syslog", ""},
		{"data", "live-server --proxy=/:http:localhost:3000", "connect ; unknown"},
		{"data", "woeusb -p a /dev/sdb1", "read /w/a; write /dev/sdb1"},
		{"data", "echo a | entr -c cat /_", "exec cat; exec entr; read /w/a"},
		{"data", "entr -c cat /_", "exec cat; unknown"},

		{"text", "sort -o /opt/x a", "read /w/a; write /opt/x"},
		{"text", "sort --compress-prog=x a", "read /w/a; unknown"},
		{"text", "rg --pre=x y a", "read /w/a +; unknown"},
		{"text", "grep -rn '/etc/shadow' src", "read /w/src +"},
		{"text", "grep -f .env a", "read /w/.env; read /w/a"},
		{"text", "column -t .env", "read /w/.env"},
		{"text", "cat -v .env", "read /w/.env"},
		{"text", "echo '> /etc/x; rm -rf /'", ""},
	} {
		t.Run(c.family, func(t *testing.T) { require.Equal(t, c.want, others(c.src), c.src) })
	}
}

// others are the actions of a command line, but for the start of its first
// program.
func others(src string) string {
	o := options()
	o.Dialect = guard.DialectBash
	first := "exec " + strings.Fields(src)[0]
	var out []string
	for _, l := range lines(src, o) {
		if l != first && !strings.HasPrefix(l, first+" ") && !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	slices.Sort(out)
	return strings.Join(out, "; ")
}

// TestGitFlags: a policy can tell what a push or a checkout would lose.
func TestGitFlags(t *testing.T) {
	for src, want := range map[string]string{
		"git push --forc origin":                   "",
		"git push -uf origin x":                    "force",
		"git push origin +main":                    "force",
		"git push origin :main":                    "delete",
		"git push --dele origin main":              "delete",
		"git push --mirror":                        "mirror",
		"git reset --har":                          "hard",
		"git checkout HEAD -- src":                 "pathspec",
		"git checkout .":                           "pathspec",
		"git checkout a.go":                        "pathspec",
		"git restore a":                            "worktree",
		"git restore -SW a":                        "worktree",
		"git clean -d --force":                     "force",
		"git -c clean.requireForce=false clean -d": "force",
		"git branch -D x":                          "D",
		"git -C . push -f":                         "force",
	} {
		acts := shell.Analyze(src, options())
		i := slices.IndexFunc(acts, func(a guard.Action) bool { return a.Program == "git" })
		require.GreaterOrEqual(t, i, 0, src)
		if want != "" {
			require.Contains(t, acts[i].Flags, want, src)
		} else {
			require.NotContains(t, acts[i].Flags, "force", src)
		}
	}
	for _, src := range []string{"git checkout main", "git checkout -b a.go", "git push origin main", "git push -u origin x:y"} {
		acts := shell.Analyze(src, options())
		require.False(t, acts[0].Flag("pathspec", "force", "delete"), src)
	}
}

// TestRecipes: what a target or a script of package.json runs is judged where
// it can be read.
func TestRecipes(t *testing.T) {
	o := options()
	o.View = func(name string) ([]byte, error) {
		text, ok := map[string]string{
			"/w/Makefile":     "OUT = /opt/x\nall: sub\n\t@echo done\nsub:\n\trm -rf $(OUT) \\\n\t  b\n\t$(UNKNOWN) -rf /srv\nother:\n\trm -rf /etc\n",
			"/w/package.json": `{"scripts":{"pretest":"rm -rf /opt/y","test":"jest $X"}}`,
		}[name]
		if !ok {
			return nil, errors.New("there is no such file")
		}
		return []byte(text), nil
	}
	require.Contains(t, lines("make", o), "delete /opt/x +")
	require.Contains(t, lines("make", o), "delete /w/b +")
	require.NotContains(t, lines("make", o), "delete /etc +")
	require.NotContains(t, lines("make", o), "unknown")
	require.Contains(t, lines("make OUT=/opt/z sub", o), "delete /opt/z +")
	require.Contains(t, lines("npm test", o), "delete /opt/y +")
	require.NotContains(t, lines("npm run other", o), "delete /opt/y +")
}

// FuzzReaders hands every reader words as they come: none may panic, and twice
// the same words give the same actions.
func FuzzReaders(f *testing.F) {
	programs := strings.Fields("find fd cp mv ln install dd rename split rsync mktemp tar zip unzip cpio 7z ar gzip sed awk jq yq curl wget http ssh scp nc socat git docker kubectl " +
		"make npm cmake go python3 perl ruby node php lua java deno gdb vim less ed sqlite3 psql mysql watch sudo tmux magick ffmpeg ruff rg ls pandoc")
	for i, words := range []string{"-a b --c=d", "s/a/b/w '", "-exec rm {} \\;", "{print > \"x\"}", "-c 'x' -- -", "$X \"$Y\"z *.go", "xzf - -C", "-v a:b:c --mount src=", "'BEGIN{system(' @ : :: +"} {
		f.Add(uint8(i), words)
	}
	f.Fuzz(func(t *testing.T, n uint8, words string) {
		if len(words) > 2000 {
			return
		}
		src := programs[int(n)%len(programs)] + " " + words
		require.Equal(t, shell.Analyze(src, options()), shell.Analyze(src, options()))
	})
}

package audit_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/runtimeguard/runtimeguard/audit"
	"github.com/runtimeguard/runtimeguard/guard"
)

const (
	lower = "abcdefghijklmnopqrstuvwxyz"
	upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	digit = "0123456789"
	hexa  = digit + "abcdef"
	alnum = lower + upper + digit
	b32   = upper + "234567"
)

// maker builds secrets out of parts, so that none stands in this file.
type maker struct{ r *rand.Rand }

func (m maker) of(n int, alphabet string) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[m.r.IntN(len(alphabet))]
	}
	if alphabet == alnum && n >= 8 {
		b[n/2], b[n/3] = '7', 'q' // never a word
	}
	return string(b)
}

// sample is a text that an agent might run, as one text or as a program's
// words; secret is the part of it that must not reach the log.
type sample struct {
	program string
	args    []string
	secret  string
}

// in puts a secret into a text at %s.
func in(format, secret string) sample {
	return sample{args: []string{"-c", strings.ReplaceAll(format, "%s", secret)}, secret: secret}
}

// run is a program with words.
func run(secret, program string, args ...string) sample {
	return sample{program, args, secret}
}

// tokens are secrets by their shape.
func (m maker) tokens() (list []string) {
	for _, t := range []struct {
		prefix   string
		n        int
		alphabet string
	}{
		{"gh" + "p_", 36, alnum}, {"gh" + "o_", 36, alnum}, {"gh" + "u_", 36, alnum}, {"gh" + "s_", 36, alnum}, {"gh" + "r_", 76, alnum},
		{"github" + "_pat_", 82, alnum}, {"gl" + "pat-", 20, alnum}, {"gl" + "rt-", 20, alnum}, {"xo" + "xb-1234567890-", 24, alnum}, {"xo" + "xp-1234567890-", 32, alnum},
		{"xa" + "pp-1-A0-", 40, alnum}, {"s" + "k-", 48, alnum}, {"s" + "k-proj-", 60, alnum}, {"s" + "k-ant-api03-", 90, alnum}, {"s" + "k_live_", 24, alnum},
		{"r" + "k_live_", 24, alnum}, {"wh" + "sec_", 32, alnum}, {"AK" + "IA", 16, b32}, {"AS" + "IA", 16, b32}, {"AI" + "za", 35, alnum},
		{"ya" + "29.", 60, alnum}, {"GOC" + "SPX-", 28, alnum}, {"np" + "m_", 36, alnum}, {"py" + "pi-AgEIcHlwaS5vcmc", 60, alnum}, {"do" + "p_v1_", 64, hexa},
		{"h" + "f_", 34, alnum}, {"sh" + "pat_", 32, hexa}, {"S" + "K", 32, hexa}, {"ke" + "y-", 32, hexa}, {"sq" + "0atp-", 22, alnum},
		{"da" + "pi", 32, hexa}, {"dp" + ".pt.", 43, alnum}, {"hv" + "s.", 90, alnum}, {"lin" + "_api_", 40, alnum}, {"nt" + "n_", 46, alnum},
		{"NR" + "AK-", 27, upper + digit}, {"gl" + "sa_", 41, alnum}, {"sn" + "trys_", 60, alnum}, {"dc" + "kr_pat_", 27, alnum}, {"fi" + "gd_", 43, alnum},
		{"gs" + "k_", 52, alnum}, {"pp" + "lx-", 48, alnum}, {"r" + "8_", 37, alnum}, {"xa" + "i-", 80, alnum}, {"nv" + "api-", 64, alnum},
		{"ts" + "key-auth-", 32, alnum}, {"ps" + "cale_tkn_", 43, alnum}, {"sb" + "p_", 40, hexa}, {"bk" + "ua_", 40, hexa}, {"nf" + "p_", 36, alnum},
		{"ATA" + "TT3", 180, alnum}, {"AT" + "BB", 32, alnum}, {"pu" + "l-", 40, hexa}, {"ruby" + "gems_", 48, hexa}, {"AK" + "Cp", 60, alnum},
		{"sq" + "p_", 40, hexa}, {"AGE-SEC" + "RET-KEY-1", 58, upper + digit}, {"ph" + "x_", 43, alnum},
	} {
		list = append(list, t.prefix+m.of(t.n, t.alphabet))
	}
	jwt := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." +
		base64.RawURLEncoding.EncodeToString([]byte(`{"sub":"1234567890"}`)) + "." + m.of(43, alnum)
	return append(list, jwt, "S"+"G."+m.of(22, alnum)+"."+m.of(43, alnum), "PM"+"AK-"+m.of(24, hexa)+"-"+m.of(34, hexa),
		"12345678:"+"AA"+m.of(33, alnum), m.of(14, alnum)+".atlas"+"v1."+m.of(60, alnum))
}

// secrets is the set that the rules were written against.
func (m maker) secrets() (list []sample) {
	for i, t := range m.tokens() {
		format := []string{"git clone x # %s", "export X=%s", `{"x": "%s"}`, "echo %s > f", "curl https://api.example.com/v1?x=%s"}[i%5]
		list = append(list, in(format, t))
	}
	pw := func() string { return "hu" + m.of(6, lower) + m.of(3, digit) }
	for _, f := range []string{
		"PASSWORD=%s ./run", "export DB_PASSWORD=%s", "MYSQL_PWD=%s mysqldump db", "PGPASSWORD=%s psql -h db", "export AWS_SECRET_ACCESS_KEY=%s",
		"SECRET_KEY='%s' python manage.py", `API_KEY="%s" node x.js`, "NPM_TOKEN=%s npm publish", "env GITHUB_TOKEN=%s gh pr list", "set DB_PASSWD=%s",
		"aws_secret_access_key = %s", "password: %s", "  password: '%s'", "passphrase=%s", "client_secret=%s&grant_type=x",
		`{"password":"%s"}`, `{"apiKey": "%s"}`, `{\"password\":\"%s\"}`, `{"client_secret" : "%s"}`, `{'token': '%s'}`,
		`{"db":{"userPassword":"%s"}}`, "password=%s", "spring.datasource.password=%s", "Server=db;User=sa;Password=%s;Encrypt=yes", "AccountName=x;AccountKey=%s;EndpointSuffix=y",
		"mytool --password %s", "mytool --password=%s", "mytool --api-key %s", "mytool --db-password '%s'", "mytool --auth-token=%s",
		"helm install x --set auth.password=%s", "kubectl create secret generic x --from-literal=password=%s", "docker run -e MYSQL_ROOT_PASSWORD=%s mysql", "ansible-playbook x.yml -e ansible_password=%s", "terraform apply -var db_password=%s",
		"curl -H 'Authorization: Bearer %s' https://x", `curl -H "Authorization: token %s" https://x`, "curl -H 'X-Api-Key: %s' https://x", "curl -H 'PRIVATE-TOKEN: %s' https://x", "curl -H 'Proxy-Authorization: Bearer %s'",
		"curl -H 'Cookie: session=%s'", "Set-Cookie: sid=%s; HttpOnly", "curl -u admin:%s https://x", "curl --user 'admin:%s' https://x", "curl -sSu admin:%s https://x",
		"https://admin:%s@example.com/x", "postgres://app:%s@db:5432/app", "redis://:%s@cache:6379/0", "mongodb+srv://app:%s@c0.example.net/x", "amqp://guest:%s@mq/",
		"git clone https://x-access-token:%s@github.com/a/b", "app:%s@tcp(db:3306)/app", "mysql -u root -p%s app", "mysqldump -uroot -p'%s' app", "sshpass -p %s ssh host",
		"sshpass -p '%s' scp a b", "redis-cli -h cache -a %s ping", "mongosh -u root -p %s", "docker login -u me -p %s registry", "echo %s | docker login --password-stdin",
		"echo '%s' | sudo -S apt install x", "echo 'ada:%s' | chpasswd", "zip -P %s x.zip f", "unzip -P %s x.zip", "7z x -p%s x.7z",
		"openssl enc -aes-256-cbc -pass pass:%s -in a", "gpg --batch --passphrase %s -c a", "ldapsearch -x -w %s -b dc=x", "smbclient //h/s -U ada%%s", "wget --http-password=%s https://x",
		"machine github.com login ada password %s", "CREATE USER a IDENTIFIED BY '%s'", "ALTER ROLE a WITH PASSWORD '%s'", "<password>%s</password>", "//registry.npmjs.org/:_authToken=%s",
		"https://x.example.com/cb?access_token=%s&state=1", "https://x.blob.example.net/c?sv=1&sig=%s", "connect(password='%s')", `config["api_key"] = "%s"`, "os.environ['TOKEN'] = '%s'",
		`password := "%s"`, "az login --service-principal -u x -p %s", "htpasswd -bc f ada %s", "skopeo copy --src-creds ada:%s docker://a b", "http -a ada:%s https://x",
	} {
		list = append(list, in(f, pw()+m.of(12, alnum)))
	}
	basic := base64.StdEncoding.EncodeToString([]byte("ada:" + pw()))
	key := m.of(64, alnum) + "\n" + m.of(64, alnum)
	list = append(list, in("curl -H 'Authorization: Basic %s' https://x", basic), in("basic %s", basic),
		in("cat > k <<E\n-----BEGIN RSA PRI"+"VATE KEY-----\n%s\n-----END RSA PRI"+"VATE KEY-----\nE", key),
		in("-----BEGIN OPENSSH PRI"+"VATE KEY-----\n%s", key), in("-----BEGIN PGP PRI"+"VATE KEY BLOCK-----\n%s\n-----END PGP", key))
	for _, s := range []string{pw(), pw(), pw(), pw(), pw(), pw(), pw(), pw(), pw(), pw()} {
		list = append(list, []sample{
			run(s, "mysql", "-uroot", "-p"+s, "app"), run(s, "deploy", "--password", s), run(s, "sshpass", "-p", s, "ssh", "h"), run(s, "curl", "-u", "ada:"+s, "https://x"),
			run(s, "docker", "login", "-u", "ada", "-p", s), run(s, "redis-cli", "-a", s), run(s, "gpg", "--passphrase", s, "-c", "f"), run(s, "vault", "kv", "put", "secret/x", "password="+s),
			run(s, "openssl", "enc", "-pass", "pass:"+s), run(s, "mytool", "--client-secret", s),
		}[len(list)%10])
	}
	return list
}

// moreSecrets and moreLookAlikes once were two sets that were written after the
// rules: 96.1 % and 2.0 % of one, 86.0 % and 0.0 % of the other, which had more
// of seldom programs. The rules have been mended since.
func (m maker) moreSecrets() (list []sample) {
	pw := func() string { return m.of(3, lower) + m.of(3, digit) + m.of(8, alnum) }
	for _, f := range []string{
		"ELASTIC_PASSWORD=%s docker compose up", "export VAULT_TOKEN=%s; vault status", "SLACK_BOT_TOKEN=%s node bot.js", "DJANGO_SECRET_KEY=%s ./manage.py check", "export OPENAI_API_KEY='%s'",
		"RESTIC_PASSWORD=%s restic backup .", "export ANTHROPIC_API_KEY=%s", "HEROKU_API_KEY=%s git push heroku main", "JWT_SECRET=\"%s\" npm start", "CLOUDFLARE_API_TOKEN=%s wrangler deploy",
		"curl -X POST -d 'username=ada&password=%s' https://x/login", `curl -d '{"user":"ada","passwd":"%s"}' https://x`, "curl -H 'Authorization: ApiKey %s' https://x", "curl -H 'X-Vault-Token: %s' https://x", "curl --header \"X-Auth-Token: %s\" https://x",
		"curl 'https://api.example.com/w?api_key=%s&q=1'", "curl --proxy http://ada:%s@proxy:3128 https://x", "wget --user=ada --password=%s https://x", "wget 'ftp://ada:%s@host/f'", "git remote add o https://oauth2:%s@gitlab.example.com/a.git",
		"psql postgresql://ada:%s@localhost/db", "psql 'host=db user=ada password=%s'", "mysql --user=root --password=%s db", "mariadb -uroot -p%s db", "mongodump --uri mongodb://ada:%s@h/db",
		"redis-cli -u redis://default:%s@h:6379", "rabbitmqadmin -u ada -p %s list queues", "cqlsh -u ada -p %s host", "sqlcmd -S h -U sa -P %s -Q 'select 1'", "podman login -u ada -p %s quay.io",
		"oc login -u ada -p %s https://h:6443", "kubectl config set-credentials ada --token=%s", "kubectl config set-credentials ada --password=%s", "az storage blob list --account-key %s", "argocd login h --username ada --password %s",
		"openssl rsa -in k -passin pass:%s", "openssl pkcs12 -export -passout pass:%s -in c", "keytool -list -keystore k -storepass pass -keypass %s", "7z a -p%s x.7z d", "rar a -hp%s x.rar d",
		"ipmitool -H h -U ada -P %s power status", "smbclient -U 'ada%%s' //h/s", "xfreerdp /u:ada /p:%s /v:h", "nmcli dev wifi connect home password %s", "sshpass -p%s ssh ada@h",
		"spring:\n  datasource:\n    password: %s\n", "[default]\naws_session_token = %s\n", "const apiKey = '%s';", "client := New(\"ada\", Secret{Password: \"%s\"})", "<add key=\"x\" connectionString=\"Server=h;Uid=a;Pwd=%s;\" />",
	} {
		list = append(list, in(f, pw()))
	}
	list = append(list, in("proxy-authorization: basic %s", base64.StdEncoding.EncodeToString([]byte("bob:"+pw()))))
	for _, f := range []string{
		"DATADOG_API_KEY=%s agent run", "export SENTRY_AUTH_TOKEN=%s", "TF_VAR_db_password=%s terraform plan", "PIP_INDEX_URL=https://ada:%s@pypi.example.com/simple pip install x", "export PULUMI_CONFIG_PASSPHRASE='%s'",
		"MONGO_INITDB_ROOT_PASSWORD=%s docker compose up -d", "GRAFANA_ADMIN_PASSWORD=%s ./start", "SMTP_PASS=%s node mail.js", "export STRIPE_SECRET_KEY=%s", "RAILS_MASTER_KEY=%s bin/rails c",
		"export TWILIO_AUTH_TOKEN=%s", "export AZURE_CLIENT_SECRET=%s", "LDAP_BIND_PASSWORD=\"%s\" ./sync", "BORG_PASSPHRASE=%s borg create r::a d", "env DB_PASS=%s ./migrate",
		"curl -H \"Authorization: Token %s\" https://x", "curl -H 'X-Gitlab-Token: %s' https://x", "curl -F password=%s -F user=ada https://x", "curl -u \"ada:%s\" https://x", "curl --oauth2-bearer %s https://x",
		"http POST https://x Authorization:'Bearer %s'", "xh -a ada:%s https://x", "grpcurl -H 'authorization: bearer %s' h:443 list", "websocat -H='Authorization: Bearer %s' wss://x", "lftp -u ada,%s sftp://h",
		"git clone https://ada:%s@bitbucket.org/a/b.git", "pip install git+https://%s@github.com/a/b.git", "svn co --username ada --password %s https://x", "docker login --username ada --password %s", "helm repo add x https://x --username ada --password %s",
		"npm config set //registry.npmjs.org/:_authToken %s", "poetry config pypi-token.pypi %s", "twine upload -u __token__ -p %s dist/x", "gem push --key k --otp 1 --api-key %s x.gem", "vault write auth/userpass/login/ada password=%s",
		"consul kv get -token=%s x", "nomad status -token=%s", "etcdctl --user root:%s get x", "influx query --token %s 'x'", "clickhouse-client --user ada --password %s",
		"psql \"postgres://ada:%s@h:5432/d?sslmode=require\"", "sqlplus ada/%s@db", "snowsql -a x -u ada --password=%s", "mongosh 'mongodb://h' -u ada -p %s", "echo '%s' | gh auth login --with-token",
		"echo -n %s | docker login -u ada --password-stdin", "ansible-playbook s.yml --extra-vars 'become_pass=%s'", "{\"auths\": {\"x\": {\"password\": \"%s\"}}}", "auth:\n  client_secret: %s\n", "requests.get(u, headers={'Authorization': 'Bearer %s'})",
	} {
		list = append(list, in(f, pw()))
	}
	return list
}

func moreLookAlikes() (list []sample) {
	for s := range strings.Lines(`python -m pytest -k "password and not token"
go run ./cmd/passgen --length 20
cargo test auth::tests::token_expiry
npm run lint -- --rule no-secrets
find . -name '*.key' -newer Makefile
ls -l ~/.ssh/authorized_keys
openssl req -new -key server.key -out server.csr
openssl s_client -connect example.com:443
cat package-lock.json | grep integrity
"integrity": "sha512-abcDEF123456abcDEF123456abcDEF123456=="
go.sum h1:abcDEF123456abcDEF123456abcDEF123456abcDEF12=
kubectl rollout status deploy/auth-service
kubectl get configmap token-config -o yaml
docker tag app:1.4.2 registry.example.com/team/app:1.4.2
docker run --name pass -e LOG_LEVEL=debug app
docker run -p 443:8443 --secret-opt x app
terraform output -json
aws iam list-access-keys --user-name ada
aws s3 cp s3://bucket/key.txt .
aws configure list
gcloud secrets list
gcloud secrets versions access latest --secret=db-password
az keyvault secret show --name db-password --vault-name kv
systemctl status sshd
journalctl -u auth.service -n 50
mysqladmin -u root -p status
pg_dump -h db -U app -p 5432 app
redis-cli -p 6380 --scan
git log --grep='token'
git log --format='%H %an' -n 5
git show 3f2a9c1d4b5e6f708192a3b4c5d6e7f801234567
git config --get credential.helper
git push origin feature/password-reset
curl https://example.com/.well-known/jwks.json
curl "https://example.com/search?key=value&page=2"
curl -H 'If-None-Match: "33a64df551425fcc55e4d42a148795d9f25f89d4"' https://x
ssh -L 5432:db:5432 ada@bastion
rsync -av --password-file=/etc/rsync.pw src/ host::mod
scp -i deploy.pem app ec2-user@10.0.0.1:/srv
func hashPassword(password string) (string, error) {
type Token struct { Kind int; Text string }
const TOKEN_TTL = 3600
token_bucket_size: 100
token_limit=100000
if (!user.password) throw new Error("no password")
validates :password, presence: true
The password must have at least 12 characters.
error: invalid token at line 12 column 4
passed: 120, failed: 0, pass rate 100
export PASSWORD_STORE_DIR=/home/ada/.pw
api_key_header: X-Api-Key`) {
		list = append(list, sample{args: []string{"-c", strings.TrimSuffix(s, "\n")}})
	}
	for s := range strings.Lines(`gradle test --tests '*PasswordEncoder*'
mvn -q -Dtest=TokenServiceTest test
pnpm add jsonwebtoken passport
pip install python-keycloak passlib
go get golang.org/x/oauth2
rg -n "Authorization" internal/http
grep -c 'BEGIN PRIVATE' *.pem
awk -F: '{print $1}' /etc/passwd
sort -t: -k3 /etc/passwd
sort -k2 -n table.txt
ps aux -u ada
curl -sS -o out.json https://api.example.com/users/42
curl -k https://localhost:8443/health
curl -u "$USER:$PASS" https://x
curl -H "Authorization: Bearer $(gcloud auth print-access-token)" https://x
curl -H "X-Api-Key: ${API_KEY}" https://x
docker run -d -p 6379:6379 --name cache redis:7
docker compose -p shop up
kubectl -n auth get pods
kubectl create secret generic tls --from-file=tls.key
kubectl patch secret db -p '{"metadata":{"labels":{"a":"b"}}}'
helm get values auth
ssh -o PasswordAuthentication=no ada@h
ssh-copy-id -i id.pub ada@h
ssh-add -l
gpg --list-secret-keys
gpg --armor --export ada@example.com
openssl dgst -sha256 file
openssl genrsa -out ca.key 4096
openssl passwd -6 -stdin
mysql -u app -p -e 'select 1'
mysql -P 3307 -h 127.0.0.1 -D shop
psql -h db -p 5433 -U app -d shop
redis-cli -n 2 keys 'session:*'
zip -q -r out.zip dist
unzip -o -q in.zip -d out
7z x -y in.7z -oout
git rev-parse 9fceb02d0ae598e95dc970b74767f19372d61af8
git cherry-pick 9fceb02d0ae598e95dc970b74767f19372d61af8
docker inspect 4c01db0b339c4c01db0b339c4c01db0b339c4c01db0b339c4c01db0b339c4c01
"etag": "W/\"5e1b-abc123def456\""
"uuid": "550e8400-e29b-41d4-a716-446655440000"
type LoginRequest struct { Password string }
def check_password(self, password): return bcrypt.checkpw(password, self.hash)
const { token, user } = useSession()
interface Props { apiKey: string; secret?: string }
passwordPolicy: strict
tokenEndpoint: https://id.example.com/oauth/token
SELECT password_hash FROM users WHERE id = 1
ALTER TABLE users ADD COLUMN password_digest text`) {
		list = append(list, sample{args: []string{"-c", strings.TrimSuffix(s, "\n")}})
	}
	return list
}

// lookAlikes hold nothing secret.
func (m maker) lookAlikes() (list []sample) {
	sha, sum := m.of(40, hexa), m.of(64, hexa)
	for _, s := range strings.Split(strings.NewReplacer("SHA1", sha, "SHA256", sum, "UUID", "6f1f9a52-3c7e-4b1a-9d57-0a4f8f2b7c11", "B64", m.of(44, alnum)).Replace(`git checkout SHA1
git show SHA1:main.go
docker pull alpine@sha256:SHA256
sha256sum -c SHA256
curl https://example.com/items/UUID
go test ./... -run TestPassword
go test -run 'TestToken|TestSecret'
grep -rn password src
grep -rn "api_key" --include=*.go .
rg -i 'secret|token' docs
sed -i s/password/passphrase/ README.md
mysql -u root -p app
mysql -h db -P 3306 app
mysql --port=3306 app
mkdir -p secret/token
mkdir -p build/keys
ssh -p 2222 ada@host
scp -P 2222 a ada@host:b
docker run -p 8080:80 nginx
docker run -p 127.0.0.1:5432:5432 postgres
ps -p 4711
cp -p a b
tar -cpf a.tar b
ssh-keygen -t ed25519 -f key
ssh-keygen -p -f id
ssh -i ~/.ssh/id_ed25519 host
curl -u ada https://x
curl -u ada: https://x
curl -i https://user@example.com/
git clone git@github.com:a/b.git
git clone https://ada@github.com/a/b.git
git clone ssh://git@github.com/a/b.git
http://localhost:8080/@ada/profile
http://localhost:3000/a@b
https://example.com:8443/path
postgres://localhost:5432/app
postgres://app@db:5432/app
postgres://app:$PGPASSWORD@db/app
postgres://app:${DB_PASSWORD}@db/app
https://<user>:<password>@example.com
PASSWORD=$PASSWORD ./run
export TOKEN=${TOKEN:-none}
export API_KEY=$(cat key.txt)
export DB_PASSWORD_FILE=/run/secrets/db
GOOGLE_APPLICATION_CREDENTIALS=/etc/gcp/sa.json
KUBECONFIG=/home/ada/.kube/config
SSH_AUTH_SOCK=/tmp/agent.1 ssh-add -l
PWD=/home/ada OLDPWD=/tmp make
mytool --password-file /run/secrets/db
mytool --password-stdin
mytool --token-file=token.txt
mytool --secret-name db
mytool --no-password --yes
mytool --password $PASSWORD
mytool --password "$PASSWORD"
mytool --password "${PASSWORD}"
mytool --token <TOKEN>
mytool --api-key ****
mytool --api-key {{ api_key }}
docker build --secret id=npm,src=.npmrc .
aws secretsmanager get-secret-value --secret-id prod/db
aws sts get-session-token --duration-seconds 900
gcloud auth print-access-token
gcloud auth login
gh auth login --with-token
gh auth status
gh secret list
kubectl get secret db
kubectl get secrets -n prod
kubectl describe secret/db
kubectl create token default
vault kv get secret/app
vault login -method=oidc
npm token list
npm config get registry
passwd --status ada
getent passwd ada
cat /etc/passwd
passwd: files systemd
password: ${{ secrets.PASSWORD }}
token: ${{ secrets.GITHUB_TOKEN }}
password: {{ vault_password }}
password: "{{ lookup('env', 'PW') }}"
password: str
password: string;
password: string | null
password?: string
password: required
password: true
password = input("Password: ")
password = getpass.getpass()
password = os.environ["PASSWORD"]
password = os.getenv("DB_PASSWORD")
password = config.password
password = self.password
token = request.headers.get("x")
token = token
connect(user=user, password=password)
const token = await getToken()
const apiKey = process.env.API_KEY
api_key=os.environ.get("API_KEY")
if password == "": raise
if (token === null) return
"password": "Password"
"password": "Enter your password"
"password": null
"password": ""
"token": null
<input type="password" name="password">
<password></password>
label for="password"
Enter the password:
The token is invalid
Bearer authentication is required
Use a bearer token here
Basic usage of the tool
Basic auth is off
Authorization: required
Authorization header missing
"Authorization": "Bearer " + token
Authorization: Bearer $TOKEN
Authorization: Bearer <token>
Authorization: Bearer ${TOKEN}
Cookie policy: none
max_tokens: 4096
max_tokens=1024
"max_tokens": 2048
token_count=12
tokens=128000
"total_tokens": 18231
tokenizer=cl100k_base
tokenize --input a.txt
next_token=CAUQAA12
"nextPageToken": "CAUQAA9x8y7z"
csrf_token_name=x
token_type=bearer
"token_type": "Bearer"
pad_token="<pad>"
eos_token_id=50256
password_reset=true
passwordless=true
password_min_length=12
PasswordField(label='x')
reset_password_url=https://example.com/reset
secret_santa=on
secretName: db-credentials
secretKeyRef: {name: db, key: password}
secret: my-db-secret
secret: db-secret
credentials: true
credentials: 'include'
fetch(url, {credentials: "same-origin"})
auth: none
auth=basic
auth_type=oidc
author=ada
authority=example.com
primary_key=id
foreign_key: user_id
PRIMARY KEY (id)
partition_key=region
cache_key="user:42"
sort_key=created_at1
public_key=ssh-ed25519
keyboard=de
monkey=12
hotkey: ctrl+c
key=value
keys=a,b,c
"key": "name"
scikit-learn sk-learn task-1234567890123456789012
risk-assessment-2024-report-final-v2
.sk-fading-circle .sk-circle12
disk-image-2024-10-31-server-1
npm_config_registry=https://registry.example.com
npm_package_version=1.2.3
npm run build_and_test_everything_now
akia
AKIAsomething
eyJ is how base64 of {" begins
hf_hub_download
pip install sk_live
re_compile_the_pattern_once
-----BEGIN CERTIFICATE-----B64
-----BEGIN PUBLIC KEY-----B64
ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB64 ada@host
data:image/png;base64,iVBORw0KGgo
zip -r x.zip p
unzip x.zip -d P
7z a x.7z p
tar xzf pass.tar.gz
pass: 12, fail: 3
pass=10 fail=0
sudo -S true
sudo -u postgres psql
bypass=1
compass: 1.0.3
session_id=42
openssl x509 -in cert.pem -noout
openssl rand -hex 32
ldapsearch -x -b dc=example
redis-cli -h cache -p 6379 ping
mongosh --port 27017
curl -X POST https://api.example.com/token
curl https://example.com/password/reset
curl -H 'Accept: application/json' https://x
curl -H 'Content-Type: application/json' https://x
curl -d '{"name":"ada"}' https://x
signature: ed25519
"signature": "func(a int) error"
jq .token file.json
cat token.json
echo done | tee log
terraform plan -var region=eu
helm upgrade x --set image.tag=1.2.3
git log --author=ada
git commit -m 'fix token refresh'
git commit -m "password: hash with argon2"
git config credential.helper store`), "\n") {
		list = append(list, sample{args: []string{"-c", s}})
	}
	return append(list, run("", "mysql", "-uroot", "-p", "app"), run("", "ssh", "-p", "22", "host"), run("", "docker", "run", "-p", "80:80", "x"),
		run("", "mkdir", "-p", "secrets"), run("", "curl", "-u", "ada", "https://x"), run("", "mytool", "--password", "$PW"), run("", "mytool", "--token-file", "t"),
		run("", "kubectl", "get", "secret", "db"), run("", "git", "commit", "-m", "rotate the token"), run("", "mytool", "--password", "--yes"))
}

// logged returns the entry that a sample becomes.
func logged(t *testing.T, list []sample) []audit.Entry {
	dir := t.TempDir()
	l, err := audit.Open(dir, audit.Config{NoSync: true})
	require.NoError(t, err)
	for _, s := range list {
		r := record(0)
		r.Call.Actions = []guard.Action{{Kind: guard.KindExec, Program: s.program, Args: s.args}}
		r.Decision.Action = nil
		require.NoError(t, l.Append(context.Background(), r))
	}
	require.NoError(t, l.Close())
	var out []audit.Entry
	for e, err := range audit.Query(context.Background(), dir, audit.Filter{Tool: "run_command"}) {
		require.NoError(t, err)
		out = append(out, e)
	}
	require.Len(t, out, len(list))
	return out
}

// leaked reports whether a secret, or either end of it, can be read in the log.
func leaked(e audit.Entry, secret string) bool {
	raw := strings.ReplaceAll(string(e.Raw), `\n`, "\n")
	n := min(len(secret), 8)
	return strings.Contains(raw, secret[:n]) || strings.Contains(raw, secret[len(secret)-n:])
}

// checkRedaction prints the figures of a set, and what went wrong.
func checkRedaction(t *testing.T, name string, secrets, lookAlikes []sample) {
	var missed, touched []string
	for i, e := range logged(t, secrets) {
		if leaked(e, secrets[i].secret) {
			missed = append(missed, fmt.Sprint(secrets[i].program, secrets[i].args))
		}
	}
	for i, e := range logged(t, lookAlikes) {
		if e.Redacted > 0 {
			touched = append(touched, fmt.Sprint(lookAlikes[i].program, lookAlikes[i].args, " -> ", e.Record.Call.Actions[0].Args))
		}
	}
	gone := 100 - 100*float64(len(missed))/float64(len(secrets))
	harm := 100 * float64(len(touched)) / float64(len(lookAlikes))
	fmt.Printf("redaction, %s: %d secrets, %.1f %% gone; %d look-alikes, %.1f %% touched\n", name, len(secrets), gone, len(lookAlikes), harm)
	t.Logf("missed:\n%s\ntouched:\n%s", strings.Join(missed, "\n"), strings.Join(touched, "\n"))
	if gone < 97 || harm > 2 {
		t.Errorf("want at least 97 %% gone and at most 2 %% touched")
	}
}

func TestRedactionFigures(t *testing.T) {
	m := maker{rand.New(rand.NewPCG(1, 2))}
	secrets, lookAlikes := append(m.secrets(), m.moreSecrets()...), append(m.lookAlikes(), moreLookAlikes()...)
	require.GreaterOrEqual(t, len(secrets), 150)
	require.GreaterOrEqual(t, len(lookAlikes), 150)
	checkRedaction(t, "the rules' own set", secrets, lookAlikes)
}

package audit_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestRedactionAfter is a set that was written when the rules stood, and that
// no rule was changed for: it says more about secrets to come than the rules'
// own set.
func TestRedactionAfter(t *testing.T) {
	m := maker{rand.New(rand.NewPCG(3, 4))}
	pw := func() string { return m.of(3, lower) + m.of(3, digit) + m.of(8, alnum) }
	var secrets []sample
	for _, f := range []string{
		"export SUPABASE_SERVICE_ROLE_KEY=%s", "RABBITMQ_DEFAULT_PASS=%s docker compose up", "export CI_JOB_TOKEN=%s", "export KEYCLOAK_ADMIN_PASSWORD='%s'", "WEBHOOK_SECRET=%s go run ./cmd/hook",
		"echo \"DB_PASSWORD=%s\" >> deploy.conf", "echo 'API_TOKEN: %s' >> conf.yml", "printf 'password=%s\\n' > db.conf", "sed -i 's/PASSWORD=.*/PASSWORD=%s/' app.conf", "export FOO=1 NEXTAUTH_SECRET=%s BAR=2",
		"curl -sS -H 'Authorization: Bearer %s' https://api.example.com/v1/me | jq .", "curl -s https://api.example.com -H 'apikey: %s'", "curl -H 'X-Auth-Key: %s' https://x", "curl -H 'X-Access-Token: %s' https://x", "curl -XPOST https://x -d '{\"email\":\"a@example.com\",\"password\":\"%s\"}'",
		"curl -b 'sessionid=%s' https://x", "curl -b \"auth_token=%s\" https://x", "curl 'https://maps.example.com/api?access_key=%s'", "curl 'https://x/login?user=ada&password=%s'", "curl https://ada:%s@jenkins.example.com/job/x/build",
		"docker run -e POSTGRES_PASSWORD=%s -d postgres:16", "docker build --build-arg NPM_TOKEN=%s .", "docker exec db psql -c \"ALTER USER app PASSWORD '%s'\"", "docker exec db mysql -uroot -p%s -e 'show tables'", "kubectl exec db-0 -- env MYSQL_PWD=%s mysql -e 'select 1'",
		"kubectl create secret generic app --from-literal=value=%s", "helm upgrade app ./c --set postgresql.auth.postgresPassword=%s", "terraform apply -var='api_token=%s'", "ansible all -m user -a 'name=ada password=%s'", "aws configure set aws_secret_access_key %s",
		"aws secretsmanager create-secret --name x --secret-string %s", "gh secret set DEPLOY_TOKEN --body x; export DEPLOY_TOKEN=%s", "vault kv put secret/app api=%s", "gcloud sql users set-password ada --password=%s", "heroku config:set SECRET_TOKEN=%s",
		"python -c \"import os; os.environ['DB_PASSWORD'] = '%s'\"", "python -c \"connect(host='h', user='u', password='%s')\"", "node -e \"const token = '%s'; run(token)\"", "go run . -db-password=%s", "./server --jwt-secret %s --port 80",
		"./cli login --username ada --password '%s'", "./cli --auth-token \"%s\" list", "mysql --host=db --user=app --password='%s' shop", "PGPASSWORD='%s' pg_dump -h db shop", "redis-cli -h r -a '%s' info",
		"sshpass -p \"%s\" rsync -a src/ ada@h:dst", "git clone https://ada:%s@git.example.com/team/app.git", "git -c http.extraHeader='Authorization: Bearer %s' fetch", "wget --header='Authorization: Bearer %s' https://x/f", "cat <<E > .pgpass.sample\npassword: %s\nE",
	} {
		secrets = append(secrets, in(f, pw()))
	}
	var lookAlikes []sample
	for s := range strings.Lines(`go test ./internal/auth/... -run TestLoginWithPassword -v
npx jest src/auth/token.test.ts
pytest tests/test_secrets.py::test_rotation -x
ruff check src/passwords.py
git diff HEAD~3 -- internal/token/token.go
git commit -m "auth: expire tokens after 24h"
git commit -m "fix: password field was not trimmed (#1423)"
git log -S'api_key' --oneline
git blame -L 10,20 secret.go
git stash push -m token-refactor-2024
grep -rn "TODO.*password" src | head -20
grep -E 'token|secret|key' config.example.yml
rg "process.env.JWT_SECRET" -l
find . -name '*secret*' -not -path './node_modules/*'
cat docs/authentication.md
cat .env.example
ls -la secrets/
mkdir -p internal/passwords && touch internal/passwords/policy.go
mv token_old.go token.go
sed -n '1,40p' pkg/credentials/provider.go
echo "password reset done"
echo "TOKEN is set: ${TOKEN:+yes}"
test -n "$API_KEY" && echo ok
[ -z "$DB_PASSWORD" ] && exit 1
export PGPASSWORD="$(cat /run/secrets/pg)"
export GITHUB_TOKEN=$(gh auth token)
docker run -e POSTGRES_PASSWORD_FILE=/run/secrets/pg postgres:16
docker run -e DB_PASSWORD postgres:16
docker secret ls
docker login ghcr.io -u ada --password-stdin < token.txt
kubectl get secret app-credentials-7f9c4d -o name
kubectl create secret tls web --cert=tls.crt --key=tls.key
helm template app ./chart --set auth.existingSecret=app-credentials
terraform plan -var-file=secrets.tfvars
aws kms describe-key --key-id alias/app
aws iam get-access-key-last-used --access-key-id x
openssl x509 -noout -fingerprint -sha256 -in tls.crt
openssl rand -base64 32 > key.txt
ssh -i keys/deploy_key -p 2200 deploy@h uptime
ssh-keygen -l -f id_ed25519.pub
curl -s http://localhost:8080/oauth/token -d grant_type=client_credentials
curl -s https://pypi.org/pypi/passlib/json
curl -H "Authorization: Bearer $TOKEN" http://localhost:8080/me
npm install jsonwebtoken@9.0.2 bcrypt@5.1.1
go get github.com/golang-jwt/jwt/v5@v5.2.1
sha256sum dist/app-1.2.3.tar.gz
psql -U app -d shop -c 'select count(*) from access_tokens'
sqlite3 app.db "select id, token_hash from sessions limit 5"
jq '.token | length' resp.json
python manage.py changepassword ada`) {
		lookAlikes = append(lookAlikes, sample{args: []string{"-c", strings.TrimSuffix(s, "\n")}})
	}
	require.GreaterOrEqual(t, len(secrets), 50)
	require.GreaterOrEqual(t, len(lookAlikes), 50)
	checkRedaction(t, "written after the rules", secrets, lookAlikes)
}

package audit_test

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// TestRedactionLater is a set that the rules missed a tenth of when it was
// written, and that they were mended for since.
func TestRedactionLater(t *testing.T) {
	m := maker{rand.New(rand.NewPCG(7, 9))}
	var secrets, lookAlikes []sample
	for _, f := range []string{
		"flask --app web run -e SECRET_KEY=%s", "rails runner \"User.first.update(password: '%s')\"", "echo 'REDIS_URL=redis://:%s@cache:6379/0' > app.conf", "psql postgresql://app:%s@db:5432/shop -c 'select 1'", "mongosh 'mongodb+srv://root:%s@cluster0.example.net/test'",
		"export DATABASE_URL=mysql://app:%s@127.0.0.1/shop", "curl -u ada:%s https://api.example.com/x", "curl --user 'ada:%s' -O https://x/y", "http -a ada:%s GET https://api.example.com", "wget --user=ada --password=%s https://x/f",
		"wget --http-password %s https://x/f", "curl -H 'PRIVATE-TOKEN: %s' https://gitlab.example.com/api/v4/projects", "curl -H 'Authorization: token %s' https://api.example.com", "curl -H 'Authorization: Basic %s=' https://x", "curl -H 'X-API-Key:%s' https://x",
		"curl -H 'Cookie: session=%s; theme=dark' https://x", "curl 'https://api.example.com/v1/weather?appid=%s&q=Bern'", "curl 'https://api.example.com/v1/x?api_key=%s'", "curl 'https://hooks.example.com/hook?token=%s'", "curl -d 'grant_type=password&username=ada&password=%s' https://x/token",
		"curl -d client_secret=%s https://x/oauth", "curl --data-urlencode 'pwd=%s' https://x", "curl -F api_token=%s https://x", "mysqldump -u root --password=%s shop > dump.sql", "mysql -u root -p'%s' shop",
		"mariadb -uapp -p%s", "mysqladmin -u root -p%s shutdown", "sqlcmd -S db -U sa -P %s -Q 'select 1'", "bcp shop.t out t.csv -S db -U sa -P '%s'", "ldapsearch -x -D cn=admin,dc=x -w %s",
		"smbclient //srv/share -U ada%%%s", "rclone config create s3 s3 secret_access_key=%s", "openssl enc -aes-256-cbc -k %s -in a -out b", "openssl pkcs12 -export -passout pass:%s -in c.pem -out c.p12", "gpg --batch --passphrase %s -c file",
		"7z x a.7z -p%s", "unzip -P %s a.zip", "zip -P %s -r a.zip dir", "keytool -genkey -storepass %s -alias a", "ssh-keygen -t ed25519 -N %s -f key",
		"docker login -u ada -p %s registry.example.com", "echo %s | docker login -u ada --password-stdin", "helm repo add x https://x --username ada --password %s", "npm config set //registry.example.com/:_authToken %s", "npm config set _auth=%s",
		"yarn config set npmAuthToken %s", "pip install --index-url https://ada:%s@pypi.example.com/simple x", "poetry config http-basic.foo ada %s", "cargo login %s", "gem push --key %s x.gem",
		"twine upload -u __token__ -p %s dist/*", "vercel --token %s deploy", "netlify deploy --auth=%s", "flyctl secrets set STRIPE_KEY=%s", "wrangler secret put API_KEY <<< '%s'",
		"railway variables set JWT_SECRET=%s", "az login --service-principal -u app -p %s --tenant t", "az storage blob list --account-key %s", "gcloud auth login --cred-file=x; export GOOGLE_API_KEY=%s", "export AZURE_CLIENT_SECRET=\"%s\"",
		"aws sts get-caller-identity --profile x; export AWS_SESSION_TOKEN=%s", "snowsql -a acc -u ada -p %s", "export SNOWFLAKE_PASSWORD=%s", "export SENTRY_AUTH_TOKEN=%s", "export OPENAI_API_KEY='%s'",
		"ansible-playbook site.yml -e 'ansible_become_pass=%s'", "ansible-playbook site.yml --extra-vars '{\"db_password\": \"%s\"}'", "terraform init -backend-config=\"access_key=%s\"", "pulumi config set --secret dbPassword %s", "kubectl config set-credentials ada --token=%s",
		"oc login --token=%s --server=https://x", "influx auth create --token %s", "consul kv put x/password %s", "etcdctl --user root:%s get k", "clickhouse-client --password %s -q 'select 1'",
		"cqlsh -u ada -p %s host", "expect -c 'send \"%s\\r\"; # password'", "echo 'machine x login ada password %s' >> netrc.sample", "sshpass -p%s ssh h", "PASS=%s; mysql -p$PASS",
		"export TWILIO_AUTH_TOKEN=%s", "python manage.py shell -c \"User.objects.create_user('ada', password='%s')\"", "node -e \"process.env.API_SECRET='%s'; require('./x')\"", "jq '.auth.password = \"%s\"' c.json", "yq -i '.db.password = \"%s\"' c.yml",
		"ADMIN_PASSWORD=%s docker compose -f prod.yml up -d", "sudo MYSQL_ROOT_PASSWORD=%s ./install.sh", "export LDAP_BIND_PW=%s", "export DATADOG_API_KEY=%s DD_SITE=datadoghq.eu", "declare -x SLACK_SIGNING_SECRET=%s",
		"setx AZURE_STORAGE_KEY %s", "set -gx GITHUB_PAT %s", "$env:DB_PASSWORD = '%s'", "cross-env STRIPE_SECRET_KEY=%s npm start", "dotenv set SMTP_PASSWORD %s",
		"tee app.properties <<< 'jdbc.password=%s'", "cat > creds.yml <<E\napi:\n  secret: %s\nE", "cat > x.json <<E\n{\"accessToken\": \"%s\"}\nE", "echo 'export VAULT_TOKEN=%s' >> ~/.profile.sample", "perl -pi -e 's/db_pass=.*/db_pass=%s/' conf.ini",
		"curl -H 'x-api-key: %s' -X POST https://a.example.com", "curl --oauth2-bearer %s https://a.example.com", "curl -H \"Authorization: Bearer %s\" a.example.com", "curl --proxy-user svc:%s https://a.example.com", "curl \"https://a.example.com/cb?code=1&client_secret=%s\"",
		"curl -X POST a.example.com -H 'Content-Type: application/json' -d '{\"username\":\"x\",\"passwd\":\"%s\"}'", "curl 'https://a.example.com/f?sig=%s&se=2027'", "curl -b 'JSESSIONID=%s' a.example.com", "http POST a.example.com password=%s user=ada", "grpcurl -H 'authorization: Bearer %s' a:443 list",
		"psql 'host=db user=app password=%s dbname=x'", "psql 'postgres://app:%s@db/x?sslmode=require'", "sqlalchemy-migrate postgresql+psycopg2://app:%s@db/x", "redis-cli -u redis://default:%s@r:6379 ping", "mongodump --uri='mongodb://svc:%s@m:27017/x'",
		"rabbitmqctl add_user svc %s", "kafka-configs --alter --add-config 'SCRAM-SHA-256=[password=%s]'", "influx --username ada --password %s", "mc alias set s3 https://s3.example.com AKEXAMPLE %s", "s3cmd --secret_key=%s ls",
		"rclone obscure %s", "restic -r x backup . --password-command 'echo %s'", "RESTIC_PASSWORD=%s restic -r x backup .", "borg init -e repokey x; export BORG_PASSPHRASE='%s'", "duplicity --encrypt-sign-key x a b; PASSPHRASE=%s",
		"git remote add o https://oauth2:%s@git.example.com/a/b.git", "git push https://%s@git.example.com/a/b.git", "glab auth login --token %s", "gh auth login --with-token <<< %s", "npm login --registry x --_authToken=%s",
		"nuget push p.nupkg -ApiKey %s", "dotnet nuget push p.nupkg --api-key %s", "mvn deploy -Dgpg.passphrase=%s", "gradle publish -PossrhPassword=%s", "sbt -Dsonatype.password=%s publish",
		"sonar-scanner -Dsonar.token=%s", "sonar-scanner -Dsonar.login=%s", "ng build --env.API_TOKEN=%s", "serverless deploy --param='stripeSecret=%s'", "cf login -u ada -p %s",
		"docker run --env=SECRET_KEY_BASE=%s app", "podman login -u ada --password %s quay.example.com", "docker build --secret id=x --build-arg GITHUB_TOKEN=%s .", "kubectl create secret docker-registry r --docker-password=%s", "kubectl run x --image=y --env='DB_PASSWORD=%s'",
		"terraform plan -var db_password=%s", "packer build -var 'aws_secret_key=%s' t.json", "vagrant cloud auth login --token %s", "chef-client -E prod -j '{\"token\":\"%s\"}'", "puppet apply -e 'user { ada: password => \"%s\" }'",
		"ansible-vault decrypt f --vault-password-file <(echo %s)", "java -Djavax.net.ssl.keyStorePassword=%s -jar app.jar", "keytool -importkeystore -srcstorepass %s -deststorepass x", "jarsigner -storepass %s a.jar alias", "signtool sign /f c.pfx /p %s a.exe",
		"osslsigncode sign -pkcs12 c.p12 -pass %s -in a -out b", "python -c \"import requests; requests.get('https://a', headers={'Authorization': 'Bearer %s'})\"", "python -c \"import boto3; boto3.client('s3', aws_secret_access_key='%s')\"", "ruby -e \"ENV['API_KEY']='%s'; load 'x.rb'\"", "php -r \"mysqli_connect('h','u','%s'); // password\"",
	} {
		s := in(f, m.of(3, alnum)+m.of(2, digit)+m.of(9, alnum))
		s.args[1] = strings.ReplaceAll(s.args[1], "%%", "%")
		secrets = append(secrets, s)
	}
	for s := range strings.Lines(`make test TOKEN_LIMIT=4096
npm run build -- --max-tokens 2048
python train.py --tokenizer gpt2 --token-count 1000000
go test -run 'TestToken(Refresh|Expiry)' ./auth
cargo test password_strength -- --nocapture
git checkout -b feature/oauth-token-refresh
git commit -m "docs: explain how to set the API key"
git commit -m 'Remove hard-coded password from tests'
git show HEAD:src/secret_manager.go
git grep -n 'password=' -- '*.py'
docker exec app env | grep -i token
kubectl get secrets -n prod
kubectl describe secret db-credentials
kubectl delete secret old-token
vault status
vault kv get secret/app
aws secretsmanager list-secrets
aws secretsmanager get-secret-value --secret-id prod/db
gh secret list
gh auth status
gcloud secrets versions access latest --secret=db-password
az keyvault secret show --name db-password --vault-name v
terraform output -raw db_password
export API_KEY=$(cat /run/secrets/api_key)
export PASSWORD="${PASSWORD:-}"
PASSWORD=$1 ./setup.sh
read -s -p "Password: " PASSWORD
passwd --status ada
htpasswd -v users.txt ada
ssh-add ~/.ssh/id_ed25519
cat src/components/PasswordInput.tsx
ls node_modules/jsonwebtoken
curl -H "Authorization: Bearer ${TOKEN}" https://x
curl -H "X-API-Key: $API_KEY" https://x
curl 'https://x/users?sort=key&page_token=2'
curl https://x/reset-password
mysql -u root -p shop < dump.sql
mysql -uroot -p -e 'show databases'
psql -h db -U app -W shop
ldapsearch -x -W -D cn=admin
sed -i 's/password/passphrase/g' docs/a.md
awk -F: '/token/ {print $2}' log.txt
echo "Enter your password:"
echo "api_key is missing"
printf 'token: %s\n' "$TOKEN"
pytest -k "auth and not token" -q
npx playwright test login.password.spec.ts
rake db:seed SEED_KEY=small
sort -k 2 -t: users.csv
sort --key=2,2 users.csv
ps aux --sort=-%mem | head
jq '.tokens | map(.id)' x.json
jq -r .access_token resp.json
yq '.spec.secretName' ing.yaml
rsync -e 'ssh -p 2222' a h:b
tar -C keys -czf k.tgz .
age-keygen -y key.txt
openssl genrsa -out key.pem 4096
openssl passwd -6 -stdin
base64 -d token.b64 > token.bin
find . -name '*.key' -newer x
chmod 600 secrets/db.password
cp .env.example .env.local
grep -c 'key:' values.yaml
ansible-vault encrypt_string --vault-password-file vp.txt
npm run tokens:build
pnpm --filter design-tokens build
go generate ./internal/tokens
go vet ./pkg/keyring ./pkg/secretbox
go test ./... -run TestAPIKeyRotation -count=1
cargo run --example password-hash
python -m pytest tests/test_token_bucket.py
python manage.py clearsessions
rg -n "client_secret" --glob '!*.lock'
rg 'Authorization: Bearer' docs
grep -rn 'api[_-]key' src --include=*.ts
grep -v '^password' users.txt
sed -n '/BEGIN CERTIFICATE/,/END CERTIFICATE/p' chain.pem
git log --oneline --grep='secret'
git commit -m "Rotate signing key monthly (see RUNBOOK)"
git commit -m "Add X-API-Key header docs"
git tag -s v1.2.3 -m "token service 1.2.3"
git push origin fix/password-reset-flow
gh pr create --title "Add token refresh" --body "Refreshes the access token before it expires"
gh api repos/o/r/actions/secrets
docker build --secret id=npmrc,src=.npmrc.sample -t app .
docker run --env-file .env.example app
docker compose run -e NODE_ENV=test app npm test
kubectl get secret tls -o jsonpath='{.data.tls\.crt}'
kubectl rollout restart deploy/token-service
kubectl logs deploy/auth-server --tail=100
kubectl create secret generic app --from-file=creds.json
helm get values app --namespace auth
aws s3 ls s3://bucket/keys/2024/
aws ssm get-parameter --name /prod/db/password --with-decryption
aws configure list
terraform state show aws_secretsmanager_secret.db
export PGPASSFILE=/home/dev/pgpass
export SSH_AUTH_SOCK=/run/user/1000/agent.sock
export GPG_TTY=$(tty)
export TOKENIZERS_PARALLELISM=false
export KEYCLOAK_URL=http://localhost:8080
TOKEN=$(curl -s http://localhost/login | jq -r .token)
if [ -z "$SECRET" ]; then echo "SECRET is empty"; fi
echo "password must have 8 characters"
echo "key: value" > x.yml
echo 'sort_key: created_at' >> q.yml
printf '%s\n' "$PASSWORD" | docker login -u ada --password-stdin
curl -sf http://localhost:8080/.well-known/jwks.json
curl -u "$USER:$PASS" https://x
curl -H "Authorization: token $(gh auth token)" https://x
curl 'http://localhost:3000/api?cursor=eyJpZCI6MTB9'
mysql --defaults-file=my.cnf -e 'select user from mysql.user'
psql -c "ALTER USER app WITH PASSWORD :'pw'"
openssl x509 -in cert.pem -noout -subject
openssl s_client -connect localhost:443 -showcerts
ssh-keygen -R host.example.com
ssh-keyscan github.com >> known_hosts
gpg --list-secret-keys --keyid-format long
gpg --recv-keys 0xDEADBEEFCAFEBABE
sha1sum release-key.asc
cmake -DKEY_SIZE=2048 -DTOKEN_MAX=10 ..
make KEYFILE=dev.key run
jq -r '.items[] | .metadata.name' secrets.json
find . -path ./node_modules -prune -o -name '*token*' -print
xargs -n1 basename < keys.txt
wc -l tokens.txt passwords.txt
stat -c %a private.key`) {
		lookAlikes = append(lookAlikes, sample{args: []string{"-c", strings.TrimSuffix(s, "\n")}})
	}
	checkRedaction(t, "later", secrets, lookAlikes)
}

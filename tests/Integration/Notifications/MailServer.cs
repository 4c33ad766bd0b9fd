using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace ConcertReservation.Tests.Integration.Notifications;

/// <summary>
/// An SMTP server that others wrote, Python's aiosmtpd, with STARTTLS, sign-in and a limit of size
/// as a test wants them.
/// </summary>
internal sealed class MailServer : IAsyncDisposable
{
    public const string User = "mailer";
    public const string Password = "s3cret: über";

    private const string Script = """
        import asyncio, base64, json, ssl, sys
        from aiosmtpd.smtp import SMTP, AuthResult

        options = json.loads(sys.argv[1])

        def say(**what):
            print(json.dumps(what), flush=True)

        class Handler:
            async def handle_DATA(self, server, session, envelope):
                say(recipient=envelope.rcpt_tos[0], encrypted=session.ssl is not None,
                    user=session.auth_data, data=base64.b64encode(envelope.content).decode())
                return "250 OK"

        class Server(SMTP):
            async def smtp_AUTH(self, arg):
                # Names of mechanisms are upper-case (RFC 4422), and aiosmtpd insists on it. Our
                # library writes them lower-case, as other servers take them.
                name, *more = (arg or "").split()
                await super().smtp_AUTH(" ".join([name.upper(), *more]))

        def authenticate(server, session, envelope, mechanism, data):
            good = (data.login.decode(), data.password.decode()) \
                == (options["user"], options["password"])
            return AuthResult(success=good, handled=False, auth_data=data.login.decode())

        arguments = {"data_size_limit": options["largest"], "hostname": "mail.test"}
        if options["certificate"]:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(options["certificate"])
            arguments |= {"tls_context": context, "require_starttls": True,
                          "authenticator": authenticate, "auth_required": True}

        async def serve():
            loop = asyncio.get_running_loop()
            server = await loop.create_server(
                lambda: Server(Handler(), loop=loop, **arguments), "127.0.0.1", 0)
            say(port=server.sockets[0].getsockname()[1])
            await server.serve_forever()

        asyncio.run(serve())
        """;

    private readonly Process _python;
    private readonly ConcurrentQueue<TakenMail> _taken = [];
    private Task _reading = Task.CompletedTask;

    private MailServer(Process python) => _python = python;

    public int Port { get; private set; }

    public IReadOnlyCollection<TakenMail> Taken => _taken;

    /// <param name="certificate">
    /// A PEM file with its key: the server then wants STARTTLS and a sign-in. Null for none of it.
    /// </param>
    /// <param name="largest">A mail's size in bytes.</param>
    public static async Task<MailServer> StartAsync(
        string? certificate = null,
        int largest = 1_000_000
    )
    {
        var options = JsonSerializer.Serialize(
            new
            {
                certificate,
                largest,
                user = User,
                password = Password,
            }
        );
        var python = Process.Start(
            new ProcessStartInfo("/usr/bin/python3")
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                ArgumentList = { "-c", Script, options },
            }
        )!;
        var server = new MailServer(python);
        var first = await python.StandardOutput.ReadLineAsync();
        using var said = JsonDocument.Parse(first.ShouldNotBeNull("the server ended at once"));
        server.Port = said.RootElement.GetProperty("port").GetInt32();
        server._reading = server.ReadAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        _python.Kill();
        await _reading;
        _python.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await _python.StandardOutput.ReadLineAsync() is { } line)
            _taken.Enqueue(JsonSerializer.Deserialize<TakenMail>(line, JsonSerializerOptions.Web)!);
    }
}

/// <param name="User">Who signed in; null where nobody did.</param>
internal sealed record TakenMail(string Recipient, bool Encrypted, string? User, byte[] Data);

/// <summary>A certificate for 127.0.0.1 that signs itself, as a PEM file with its key.</summary>
internal sealed class OwnCertificate : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("certificate-").FullName;

    public OwnCertificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest(
            "CN=127.0.0.1",
            key,
            HashAlgorithmName.SHA256,
            RSASignaturePadding.Pkcs1
        );
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = DateTimeOffset.UtcNow;
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        Thumbprint = certificate.Thumbprint;
        PemFile = Path.Combine(_folder, "server.pem");
        File.WriteAllText(
            PemFile,
            $"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n"
        );
    }

    public string PemFile { get; }
    public string Thumbprint { get; }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}

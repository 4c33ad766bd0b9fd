using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using ConcertReservation.Host.Database;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace ConcertReservation.Tests.Unit.Data;

/// <summary>What the host's connections say to a database.</summary>
internal sealed class DatabaseConnectionTests
{
    /// <summary>PostgreSQL's GSSENCRequest.</summary>
    private const int EncryptionByKerberos = 80_877_104;

    /// <summary>
    /// A server that hangs up on it leaves a connection whose every later statement fails.
    /// </summary>
    [Test]
    public async Task they_do_not_ask_for_encryption_by_kerberos()
    {
        using var server = new TcpListener(IPAddress.Loopback, port: 0);
        server.Start();
        await using var services = Services(((IPEndPoint)server.LocalEndpoint).Port);
        var opening = services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync();

        using (var connection = await server.AcceptSocketAsync())
        {
            var words = new byte[8];
            await new NetworkStream(connection).ReadExactlyAsync(words);
            BinaryPrimitives.ReadInt32BigEndian(words.AsSpan(4)).ShouldNotBe(EncryptionByKerberos);
        }

        await Should.ThrowAsync<NpgsqlException>(async () => await opening);
    }

    private static ServiceProvider Services(int port)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(
            new ConfigurationBuilder()
                .AddInMemoryCollection(
                    new Dictionary<string, string?>(StringComparer.Ordinal)
                    {
                        ["ConnectionStrings:Postgres"] =
                            $"Host=127.0.0.1;Port={port};Username=concert;Password=concert",
                    }
                )
                .Build()
        );
        services.AddDatabase();
        return services.BuildServiceProvider();
    }
}

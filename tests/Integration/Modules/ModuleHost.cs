using System.Net.Http.Json;
using System.Security.Claims;
using System.Text.Encodings.Web;
using ConcertReservation.BuildingBlocks;
using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Contracts;
using ConcertReservation.Host.Database;
using ConcertReservation.Messaging;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Tests.Integration.Modules;

/// <summary>
/// Modules alone in a real web host on a real database: no Kafka, no passwords. Events are handed
/// to their consumers as Consuming would, a batch in one unit of work.
/// </summary>
internal sealed class ModuleHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ModuleHost(WebApplication app)
    {
        _app = app;
        Http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
    }

    public HttpClient Http { get; }

    public IServiceProvider Services => _app.Services;

    /// <param name="others">What other modules would bring; registered last.</param>
    public static async Task<ModuleHost> StartAsync(
        string connectionString,
        IReadOnlyList<IModule> modules,
        Action<IServiceCollection> others,
        params IReadOnlyList<(string Key, string Value)> settings
    )
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        // ./test offers a mail folder in the environment, and a folder wins over a server.
        builder.Configuration["Notifications:PickupDirectory"] = "";
        builder.Configuration["ConnectionStrings:Postgres"] = connectionString;
        foreach (var (key, value) in settings)
            builder.Configuration[key] = value;

        var services = builder.Services;
        services.AddDatabase();
        services.AddModuleDatabase<MessagingDb>("messaging");
        services.AddSingleton<OutboxSignal>();
        services.AddScoped<Outbox>();
        services
            .AddAuthentication(SignedInByHeader.Name)
            .AddScheme<AuthenticationSchemeOptions, SignedInByHeader>(SignedInByHeader.Name, null);
        services
            .AddAuthorizationBuilder()
            .AddPolicy(Roles.Customer, p => p.RequireRole(Roles.Customer))
            .AddPolicy(Roles.Organiser, p => p.RequireRole(Roles.Organiser))
            .AddPolicy(Roles.Operator, p => p.RequireRole(Roles.Operator))
            .AddPolicy(
                Roles.OrganiserOrOperator,
                p => p.RequireRole(Roles.Organiser, Roles.Operator)
            );
        foreach (var module in modules)
            module.AddServices(services);
        others(services);

        var app = builder.Build();
        var api = app.MapGroup("/api");
        foreach (var module in modules)
            module.MapEndpoints(api);
        await app.StartAsync();
        await app.Services.GetRequiredService<DatabaseReady>().WaitAsync(CancellationToken.None);
        return new ModuleHost(app);
    }

    /// <summary>One batch: one scope, one transaction, in this order.</summary>
    public async Task ReceiveAsync(params IReadOnlyList<DomainEvent> events)
    {
        await using var scope = Services.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        await work.RunAsync(
            async stop =>
            {
                foreach (var domainEvent in events)
                    await Delivery.ConsumeAsync(scope.ServiceProvider, domainEvent, stop);
                return events.Count;
            },
            CancellationToken.None
        );
    }

    /// <param name="body">Sent as JSON, if it is no content already.</param>
    /// <param name="roles">Of the customer, beside being one.</param>
    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method,
        string path,
        long? customer = null,
        object? body = null,
        params IReadOnlyList<string> roles
    )
    {
        using var request = new HttpRequestMessage(method, "/api" + path);
        if (customer is { } id)
        {
            var all = string.Join(',', roles.Prepend(Roles.Customer));
            request.Headers.Add(SignedInByHeader.Name, $"{id};{all}");
        }

        if (body is not null)
            request.Content = body as HttpContent ?? JsonContent.Create(body);
        return await Http.SendAsync(request);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}

/// <summary>Signs in whoever says who they are: <c>id;Role,Role</c>.</summary>
internal sealed class SignedInByHeader(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory logger,
    UrlEncoder encoder
) : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string Name = "Signed-In";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.Headers[Name] is not [{ } header])
            return Task.FromResult(AuthenticateResult.NoResult());

        var parts = header.Split(';');
        var claims = new List<Claim>
        {
            new(ClaimTypes.NameIdentifier, parts[0]),
            new(ClaimTypes.Email, $"customer-{parts[0]}@example.org"),
        };
        claims.AddRange(parts[1].Split(',').Select(r => new Claim(ClaimTypes.Role, r)));
        var user = new ClaimsPrincipal(new ClaimsIdentity(claims, Name));
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(user, Name)));
    }
}

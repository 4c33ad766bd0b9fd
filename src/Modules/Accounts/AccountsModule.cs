using ConcertReservation.BuildingBlocks;
using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Contracts;
using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ConcertReservation.Accounts;

public sealed class AccountsModule : IModule
{
    public void AddServices(IServiceCollection services)
    {
        services
            .AddOptions<AccountsOptions>()
            .BindConfiguration("Accounts")
            .ValidateDataAnnotations()
            .Validate(
                o => o.Operator.Email.Length == 0 || o.Operator.Password.Length > 0,
                "Accounts:Operator:Password is missing."
            )
            .Validate(
                o => o.TrustedNetworks() is not null,
                "Accounts:TrustedProxies is no list of addresses or networks."
            )
            .ValidateOnStart();
        services.AddModuleDatabase<AccountsDb>(AccountsDb.Schema);
        services
            .AddOptions<PasswordHasherOptions>()
            .Configure<IOptions<AccountsOptions>>(
                (hasher, accounts) => hasher.IterationCount = accounts.Value.PasswordHashIterations
            );
        services.AddSingleton<IPasswordHasher<Customer>, PasswordHasher<Customer>>();
        services.AddSingleton<ILookupNormalizer, UpperInvariantLookupNormalizer>();
        services.AddSingleton<CustomerIds>();
        services.AddSingleton<Passwords>();
        services.AddSingleton<ClientAddress>();
        services.AddSingleton<AttemptLimits>();
        services.AddSingleton<ConfiguredOperator>();
        services.AddScoped<SignUp>();
        services.AddScoped<PasswordCheck>();
        services.AddScoped<SignInGuard>();
        services.AddScoped<StartSession>();
        services.AddScoped<ChangeAccount>();
        services.AddScoped<DeleteAccount>();
        services.AddScoped<IPersonalData, PersonalDataOfAccounts>();
        services.AddHostedService<ErasePersonalData>();
        services.AddScoped<EndSession>();
        services.AddScoped<IDatabasePreparation, FirstOperator>();
        AddTokens(services);
    }

    public void MapEndpoints(IEndpointRouteBuilder api)
    {
        SignUp.Map(api);
        SignIn.Map(api);
        RefreshTokens.Map(api);
        SignOut.Map(api);
        ShowMe.Map(api);
        ChangeAccount.Map(api);
        DeleteAccount.Map(api);
        ExportAccount.Map(api);
        GrantRole.Map(api);
        RevokeRole.Map(api);
    }

    private static void AddTokens(IServiceCollection services)
    {
        services.AddSingleton<Revocations>();
        services.AddSingleton<AccessTokens>();
        services.AddHostedService<FollowRevocations>();
        services
            .AddAuthentication(IdentityConstants.BearerScheme)
            .AddBearerToken(
                IdentityConstants.BearerScheme,
                bearer => bearer.Events.OnMessageReceived = AuthenticateAsync
            );
        services
            .AddOptions<BearerTokenOptions>(IdentityConstants.BearerScheme)
            .Configure<IOptions<AccountsOptions>>(
                (bearer, accounts) =>
                {
                    var options = accounts.Value;
                    bearer.BearerTokenExpiration = TimeSpan.FromSeconds(options.AccessTokenSeconds);
                    bearer.RefreshTokenExpiration = TimeSpan.FromSeconds(options.SessionSeconds);
                }
            );
        services
            .AddAuthorizationBuilder()
            .AddPolicy(Roles.Customer, p => p.RequireRole(Roles.Customer))
            .AddPolicy(Roles.Organiser, p => p.RequireRole(Roles.Organiser))
            .AddPolicy(Roles.Operator, p => p.RequireRole(Roles.Operator))
            .AddPolicy(
                Roles.OrganiserOrOperator,
                p => p.RequireRole(Roles.Organiser, Roles.Operator)
            );

        services.AddDataProtection().SetApplicationName("ConcertReservation");
        services
            .AddOptions<KeyManagementOptions>()
            .Configure<NpgsqlDataSource>(
                (keys, dataSource) => keys.XmlRepository = new PostgresKeyRing(dataSource)
            );
        services.AddScoped<IDatabasePreparation, PrepareKeyRing>();
        // The framework would read the ring before the migration has made its table.
        var early = services.Single(s =>
            s.ImplementationType?.Name == "DataProtectionHostedService"
        );
        services.Remove(early);
    }

    private static async Task AuthenticateAsync(MessageReceivedContext context)
    {
        const string Scheme = "Bearer ";
        var header = context.Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            context.NoResult();
            return;
        }

        var tokens = context.HttpContext.RequestServices.GetRequiredService<AccessTokens>();
        var token = header[Scheme.Length..].Trim();
        var principal = await tokens.ReadAsync(token, context.HttpContext.RequestAborted);
        if (principal is null)
        {
            context.Fail("The access token is invalid or revoked.");
            return;
        }

        context.Principal = principal;
        context.Success();
    }
}

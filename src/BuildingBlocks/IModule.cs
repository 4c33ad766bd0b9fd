using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace ConcertReservation.BuildingBlocks;

/// <summary>
/// What the host asks of a module: its services, consumers and migrations, and its endpoints.
/// </summary>
public interface IModule
{
    void AddServices(IServiceCollection services);

    /// <param name="api">The <c>/api</c> group.</param>
    void MapEndpoints(IEndpointRouteBuilder api);
}

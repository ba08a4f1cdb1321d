using AtpKeyserver.Emulators.Atproto.Accounts;
using AtpKeyserver.Emulators.Atproto.Pds.Records;
using AtpKeyserver.Emulators.Atproto.Pds.Sessions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace AtpKeyserver.Emulators.Atproto.Pds;

/// <summary>The routes of a minimal PDS.</summary>
internal static class PdsRoutes
{
    public static void Map(
        IEndpointRouteBuilder routes,
        AccountRegistry accounts,
        RepositoryRegistry repositories,
        ServiceProxy proxy,
        TimeProvider time)
    {
        var registry = new SessionRegistry(accounts, time);
        var authenticator = new Authenticator(accounts, registry);

        var creation = new AccountEndpoints(accounts);
        routes.MapPost("/accounts", (RequestDelegate)creation.CreateAsync).RequireCors(CrossOrigin.AllowLocal);
        routes.MapGet("/xrpc/com.atproto.identity.resolveHandle", (RequestDelegate)creation.ResolveHandle);

        var sessions = new SessionEndpoints(accounts, registry);
        routes.MapPost("/xrpc/com.atproto.server.createSession", (RequestDelegate)sessions.CreateAsync);
        routes.MapPost("/xrpc/com.atproto.server.refreshSession", (RequestDelegate)sessions.Refresh);
        routes.MapPost("/xrpc/com.atproto.server.deleteSession", (RequestDelegate)sessions.Delete);

        var writes = new RecordWrites(accounts, authenticator, repositories);
        routes.MapPost("/xrpc/com.atproto.repo.putRecord", (RequestDelegate)writes.PutAsync);
        routes.MapPost("/xrpc/com.atproto.repo.deleteRecord", (RequestDelegate)writes.DeleteAsync);

        var reads = new RecordReads(accounts, repositories);
        routes.MapGet("/xrpc/com.atproto.repo.getRecord", (RequestDelegate)reads.Get);
        routes.MapGet("/xrpc/com.atproto.repo.listRecords", (RequestDelegate)reads.List);

        var services = new ServiceAuthEndpoints(authenticator, proxy, time);
        routes.MapGet("/xrpc/com.atproto.server.getServiceAuth", (RequestDelegate)services.GetToken);
        routes.Map("/xrpc/{nsid}", (RequestDelegate)services.ProxyAsync);
    }
}

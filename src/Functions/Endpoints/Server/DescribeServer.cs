using AtpKeyserver.Configuration;
using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Observability;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Functions.Endpoints.Server;

/// <summary><c>server.describeServer</c>: limits, retention and features, from the running settings.</summary>
public sealed class DescribeServer(XrpcPipeline xrpc, KillSwitch killSwitch, IOptions<KeyserverOptions> options)
    : IXrpcEndpoint
{
    private const string Name = Nsid.Server + "describeServer";

    public static XrpcMethod Method { get; } = new(Name, XrpcKind.Query, XrpcAccess.Anyone)
    {
        IsForOffline = true,
    };

    [Function("ServerDescribeServer")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = XrpcMethod.Prefix + Name)]
        HttpRequest request) =>
        xrpc.RunAsync(request, Method, call => call.WriteAsync(
            Describe(options.Value, killSwitch.Mode), ServerJson.Default.ServerDescription));

    private static ServerDescription Describe(KeyserverOptions settings, ServiceMode mode)
    {
        var budgets = settings.RateLimits;
        var limits = budgets.Enabled
            ? new ServerLimits(
                true,
                true,
                XrpcBody.MaxLength,
                XrpcCall.MaxPageSize,
                budgets.AnonymousPerMinute,
                budgets.MalformedTokensPerMinute,
                budgets.RefusedTokensPerMinute,
                budgets.ResolutionsPerMinute,
                budgets.TokenResolutionsPerMinute,
                budgets.ReadsPerMinute,
                budgets.ChangesPerMinute,
                budgets.DenialsPerMinute,
                budgets.NewGroupsPerMinute,
                budgets.RotationsPerHour,
                budgets.AdditionsPerDay,
                budgets.WebDomainCallers)
            : new ServerLimits(false, true, XrpcBody.MaxLength, XrpcCall.MaxPageSize);
        List<string> features =
        [
            "keypairs", "groupKeys", "groupKeyBatches", "accessLog", "readAccessLog", "delegates", "lists", "deletion",
            "export",
        ];
        if (settings.AccessLog.Strict)
            features.Add("strictAccessLog");
        if (settings.CreateKeypairOnPublicRead)
            features.Add("createKeypairOnPublicRead");
        if (settings.Replay != ReplayProtection.Off)
            features.Add(settings.Replay == ReplayProtection.All ? "oneTokenPerCall" : "oneTokenPerChange");
        if (mode != ServiceMode.Normal)
            features.Add(mode == ServiceMode.ReadOnly ? "readOnly" : "offline");
        return new ServerDescription(
            settings.Did,
            Product.Version,
            limits,
            settings.AccessLog.RetentionDays,
            settings.AccessLog.IpAddresses.ToString().ToLowerInvariant(),
            features);
    }
}

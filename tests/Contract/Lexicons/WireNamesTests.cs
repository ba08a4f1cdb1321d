using System.Text.Json;
using AtpKeyserver.AccessLog;
using AtpKeyserver.Functions.Endpoints.Server;
using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Groups.Access;
using AtpKeyserver.Groups.Rows;
using AtpKeyserver.Identifiers;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.Tests.Support.Lexicons;
using AtpKeyserver.Versions;

namespace AtpKeyserver.Tests.Contract.Lexicons;

/// <summary>The names and limits in the lexicons match the code: a missing value would surprise a client.</summary>
public sealed class WireNamesTests
{
    private const string Prefix = "dev.atpkeyserver.alpha.";

    private static readonly string[] Permissions = [.. PermissionNames.Of((Permissions)int.MaxValue)];

    private static readonly string[] Paged =
    [
        .. LexiconCatalog.Product.Methods.Where(lexicon => Parameters(lexicon).Any(name => name is "limit" or "cursor"))
            .Select(lexicon => lexicon.Id),
    ];

    public static TheoryData<string> Lists => [.. Paged];

    [Fact]
    public void The_address_logging_modes_match() => Assert.Equal(
        Enum.GetNames<IpAddressLogging>().Select(name => name.ToLowerInvariant()),
        Values("server.describeServer", "main.output.schema.properties.ipAddresses.knownValues"));

    [Fact]
    public void The_members_of_describeServer_match()
    {
        Assert.Equal(Members<ServerDescription>(), Names("server.describeServer", "main.output.schema.properties"));
        Assert.Equal(Members<ServerLimits>(), Names("server.describeServer", "limits.properties"));
    }

    [Fact]
    public void The_actions_and_outcomes_of_the_access_log_match()
    {
        Assert.Equal(Enum.GetValues<AccessAction>().Select(AccessNames.Of),
            Values("defs", "logEntry.properties.action.knownValues"));
        Assert.Equal(
            [AccessNames.Granted, AccessNames.Denied], Values("defs", "logEntry.properties.outcome.knownValues"));
    }

    [Theory]
    [InlineData("group.addDelegate", "main.input.schema.properties.permissions.items.knownValues")]
    [InlineData("group.listDelegates", "delegate.properties.permissions.items.knownValues")]
    [InlineData("account.export", "delegation.properties.permissions.items.knownValues")]
    public void The_permissions_of_a_delegate_match(string method, string path) =>
        Assert.Equal(Permissions, Values(method, path));

    [Theory]
    [InlineData("main.parameters.properties.role.enum")]
    [InlineData("group.properties.role.enum")]
    public void The_roles_match(string path) =>
        Assert.Equal([Memberships.Owner, Memberships.Member, Memberships.Delegate], Values("group.listGroups", path));

    [Theory]
    [MemberData(nameof(Lists))]
    public void A_list_has_the_paging_limits(string nsid)
    {
        var main = LexiconCatalog.Product[nsid].Main!.Value;
        var parameters = main.GetProperty("parameters").GetProperty("properties");
        var limit = parameters.GetProperty("limit");
        var most = nsid.EndsWith("Versions", StringComparison.Ordinal)
            ? KeyVersionStatus.MaxPageSize
            : XrpcCall.MaxPageSize;
        Assert.Equal((1, most), (limit.GetProperty("minimum").GetInt32(), limit.GetProperty("maximum").GetInt32()));
        Assert.InRange(limit.GetProperty("default").GetInt32(), 1, most);
        var answered = main.GetProperty("output").GetProperty("schema").GetProperty("properties").GetProperty("cursor");
        foreach (var cursor in (JsonElement[])[parameters.GetProperty("cursor"), answered])
            Assert.Equal(("string", Cursors.MaxLength),
                (cursor.GetProperty("type").GetString(), cursor.GetProperty("maxLength").GetInt32()));
    }

    [Fact]
    public void Every_method_that_is_named_like_a_list_is_one() => Assert.Equal(
        LexiconCatalog.Product.Methods.Select(lexicon => lexicon.Id)
            .Where(nsid => nsid.Split('.')[^1] is var name
                && (name.StartsWith("list", StringComparison.Ordinal) || name == "getAccessLog"))
            .Order(StringComparer.Ordinal),
        Paged.Order(StringComparer.Ordinal));

    private static IEnumerable<string> Parameters(Lexicon lexicon) =>
        lexicon.Main!.Value.TryGetProperty("parameters", out var parameters)
            ? parameters.GetProperty("properties").EnumerateObject().Select(member => member.Name)
            : [];

    private static string[] Members<T>() =>
        [.. typeof(T).GetProperties().Select(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name))
            .Order(StringComparer.Ordinal)];

    private static string[] Names(string method, string path) =>
        [.. Find(method, path).EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal)];

    private static string[] Values(string method, string path) =>
        [.. Find(method, path).EnumerateArray().Select(value => value.GetString()!)];

    private static JsonElement Find(string method, string path) => path.Split('.').Aggregate(
        LexiconCatalog.Product[Prefix + method].Document.GetProperty("defs"), (element, name) =>
            element.GetProperty(name));
}

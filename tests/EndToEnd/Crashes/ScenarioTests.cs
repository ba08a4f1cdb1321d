using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Tests.EndToEnd.Support;

namespace AtpKeyserver.Tests.EndToEnd.Crashes;

public sealed class ScenarioTests
{
    /// <summary>The queries that make something or log what leaves are listed by hand; a new procedure may not be forgotten.</summary>
    [Fact]
    public void Every_procedure_is_killed_somewhere()
    {
        var procedures = XrpcMethods.All.Where(method => method.Kind == XrpcKind.Procedure).Select(method => method.Nsid[Api.A.Length..]);
        Assert.Empty(procedures.Except(Scenario.All.Select(scenario => scenario.Name.Split(',')[0])));
    }
}

using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Tests.EndToEnd.Support;

namespace AtpKeyserver.Tests.EndToEnd.Crashes;

public sealed class ScenarioTests
{
    /// <summary>
    /// Queries that create something or log a key read are listed by hand; this test finds a new procedure that is
    /// missing.
    /// </summary>
    [Fact]
    public void Every_procedure_has_a_kill_point()
    {
        var procedures = XrpcMethods.All.Where(method => method.Kind == XrpcKind.Procedure)
            .Select(method => method.Nsid[Api.A.Length..]);
        Assert.Empty(procedures.Except(Scenario.All.Select(scenario => scenario.Name.Split(',')[0])));
    }
}

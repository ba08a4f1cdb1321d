using System.Text.Json.Nodes;

namespace AtpKeyserver.Tests.Integration.Emulators;

internal static class Json
{
    /// <summary>A string member, which must exist.</summary>
    public static string Text(this JsonNode node, string member) =>
        (string?)node[member] ?? throw new InvalidOperationException($"{member} is missing in {node.ToJsonString()}");
}

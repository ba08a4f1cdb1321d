using System.Text.Json;

namespace AtpKeyserver.Tests.Deployment.Bicep;

/// <summary>What the compiler makes of a file.</summary>
/// <param name="Diagnostics">Errors, warnings and notes, of the files that it uses, too.</param>
/// <param name="Template">The ARM template; null if there are errors.</param>
/// <param name="Parameters">The parameters of a .bicepparam file.</param>
public sealed record Compilation(IReadOnlyList<string> Diagnostics, JsonElement? Template, JsonElement? Parameters);

using System.Text.Json;

namespace AtpKeyserver.Tests.Deployment.Bicep;

/// <summary>The result of a compilation.</summary>
/// <param name="Diagnostics">Errors, warnings and notes, including those of the files that it uses.</param>
/// <param name="Template">The ARM template; null if there are errors.</param>
/// <param name="Parameters">The parameters of a .bicepparam file.</param>
public sealed record Compilation(IReadOnlyList<string> Diagnostics, JsonElement? Template, JsonElement? Parameters);

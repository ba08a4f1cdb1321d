using AtpKeyserver.Tests.EndToEnd.Support.Counting;

namespace AtpKeyserver.Perf.Scaling;

/// <summary>What a start or a timer costs.</summary>
internal sealed record WorkFigures(string What, StorageCalls Storage, long Vault);

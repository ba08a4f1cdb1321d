namespace AtpKeyserver.Emulators.Atproto.Pds.Records;

/// <summary>The content of a repository's file.</summary>
internal sealed record StoredRepository(string Did, IReadOnlyList<StoredRecord> Records);

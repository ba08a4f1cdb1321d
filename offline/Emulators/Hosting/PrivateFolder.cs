using System.Security.Cryptography;

namespace AtpKeyserver.Emulators;

/// <summary>
/// A folder that only its owner can read (0700, files 0600), used by one process at a time. A file is replaced as a
/// whole: whenever the process is killed, the file holds what was written before or what is written now.
/// </summary>
internal sealed class PrivateFolder : IDisposable
{
    private const UnixFileMode OwnerOnlyFolder =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OwnerOnlyFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const string Unfinished = ".unfinished";

    private readonly FileStream? _lock;

    private PrivateFolder(string path, FileStream? @lock)
    {
        Path = path;
        _lock = @lock;
    }

    public string Path { get; }

    /// <summary>
    /// Makes the folder where it is missing, locks it and sweeps what a killed process left half written.
    /// </summary>
    /// <param name="path">Where it is.</param>
    /// <param name="lockName">
    /// Who locks: emulators of different kinds may share a folder. The lock ends with the process.
    /// </param>
    /// <exception cref="IOException">Another process uses it.</exception>
    public static PrivateFolder Open(string path, string lockName)
    {
        path = Make(path);
        return new PrivateFolder(
            path, OpenFile(System.IO.Path.Combine(path, lockName + ".lock"), FileMode.OpenOrCreate));
    }

    /// <summary>A folder inside this one, under the same lock.</summary>
    public PrivateFolder Inside(string name) => At(System.IO.Path.Combine(Path, name));

    /// <summary>A folder that needs no lock, as nobody else knows it.</summary>
    public static PrivateFolder At(string path)
    {
        path = Make(path);
        foreach (var leftover in Directory.EnumerateFiles(path, "*" + Unfinished))
            File.Delete(leftover);
        return new PrivateFolder(path, @lock: null);
    }

    public IEnumerable<string> Files(string pattern) =>
        Directory.EnumerateFiles(Path, pattern).Order(StringComparer.Ordinal);

    /// <summary>The bytes of a file, or null where there is none.</summary>
    public byte[]? Read(string name)
    {
        var file = System.IO.Path.Combine(Path, name);
        return File.Exists(file) ? File.ReadAllBytes(file) : null;
    }

    /// <summary>Returns when the bytes are on disk.</summary>
    public void Write(string name, ReadOnlySpan<byte> content)
    {
        var file = System.IO.Path.Combine(Path, name);
        var unfinished = $"{file}.{RandomNumberGenerator.GetHexString(8)}{Unfinished}";
        using (var stream = OpenFile(unfinished, FileMode.CreateNew))
        {
            stream.Write(content);
            stream.Flush(flushToDisk: true);
        }

        File.Move(unfinished, file, overwrite: true);
    }

    public void Delete(string name) => File.Delete(System.IO.Path.Combine(Path, name));

    public void Dispose() => _lock?.Dispose();

    private static FileStream OpenFile(string file, FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnlyFile;
        return new FileStream(file, options);
    }

    private static string Make(string path)
    {
        path = Directory.CreateDirectory(path).FullName;
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, OwnerOnlyFolder); // Before there is anything in it that matters.
        return path;
    }
}

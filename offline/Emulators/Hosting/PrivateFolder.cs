using System.Security.Cryptography;

namespace AtpKeyserver.Emulators;

/// <summary>
/// A folder that only its owner can access (0700, files 0600), used by one process at a time. Files are replaced
/// atomically, so that a killed process leaves no partial file.
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

    /// <summary>Creates and locks the folder, and deletes unfinished files of a killed process.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="lockName">
    /// The lock's name: emulators of different kinds may share a folder. The lock ends with the process.
    /// </param>
    /// <exception cref="IOException">Another process uses the folder.</exception>
    public static PrivateFolder Open(string path, string lockName)
    {
        path = Make(path);
        return new PrivateFolder(
            path, OpenFile(System.IO.Path.Combine(path, lockName + ".lock"), FileMode.OpenOrCreate));
    }

    /// <summary>Opens a subfolder under the same lock.</summary>
    public PrivateFolder Inside(string name) => At(System.IO.Path.Combine(Path, name));

    /// <summary>Opens a folder without a lock, because no other process uses it.</summary>
    public static PrivateFolder At(string path)
    {
        path = Make(path);
        foreach (var leftover in Directory.EnumerateFiles(path, "*" + Unfinished))
            File.Delete(leftover);
        return new PrivateFolder(path, @lock: null);
    }

    public IEnumerable<string> Files(string pattern) =>
        Directory.EnumerateFiles(Path, pattern).Order(StringComparer.Ordinal);

    /// <summary>Reads a file; null if it does not exist.</summary>
    public byte[]? Read(string name)
    {
        var file = System.IO.Path.Combine(Path, name);
        return File.Exists(file) ? File.ReadAllBytes(file) : null;
    }

    /// <summary>Writes a file and flushes it to disk.</summary>
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
            File.SetUnixFileMode(path, OwnerOnlyFolder); // Before any file is written.
        return path;
    }
}

using System.Text;

namespace DataSpace.Sandbox.Tests.Support;

/// <summary>A directory of this test alone, mode 0700 like an owner's; removed at the end.</summary>
public sealed class TempData : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("dataspace-test-").FullName;

    public string File(string name, string text) => File(name, Encoding.UTF8.GetBytes(text));

    public string File(string name, byte[] bytes)
    {
        var path = Path.Combine(Root, name);
        System.IO.File.WriteAllBytes(path, bytes);
        return path;
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
